-- See bench/scoring_books.py. Statements on the first of May to November 2026; the business date is 2026-11-12.
CREATE TEMP TABLE made AS
  SELECT n, n % 10 AS sort, n % 4 = 0 AS borrows, uuidv7() AS customer, uuidv7() AS line, uuidv7() AS cash, uuidv7() AS loan
  FROM generate_series(1, current_setting('bench.customers')::int) AS n;
CREATE TEMP TABLE months AS
  SELECT m, (date '2026-05-01' + make_interval(months => m))::date AS statement_on FROM generate_series(0, 6) AS m;
INSERT INTO business_day (id, "on") VALUES (1, '2026-11-12');
INSERT INTO customers (id, name, born_on, is_student, joined_on, card_tail, autopay, pin_hash, pin_failures)
  SELECT customer, 'Lin', '1990-01-01', false, '2026-04-20', '3301', false, '-', 0 FROM made;
INSERT INTO lines (id, customer_id, product, status, opened_on, daily_rate_ppm, statement_day, due_day, limit_minor)
  SELECT line, customer, 'paylater', 'open', '2026-04-20'::date, 300, 1, 10, 1000000 FROM made
  UNION ALL SELECT cash, customer, 'cashloan', 'open', '2026-04-20', 300, NULL, 10, 2000000 FROM made WHERE borrows;
INSERT INTO paylater_standings (line_id, past_due_minor, overdue_minor, overdue_principal_minor, overdue_since,
    settled_minor, interest_exact, interest_posted, penalty_exact, penalty_posted)
  SELECT line, 0, CASE WHEN sort = 8 THEN 20000 ELSE 0 END, 0, CASE WHEN sort = 8 THEN date '2026-10-25' END, 0, 0, 0, 0, 0
  FROM made;
INSERT INTO statements (id, line_id, statement_on, due_on, previous_minor, purchases_minor, refunds_minor,
    installments_minor, interest_minor, fees_minor, penalty_minor, payments_minor, total_minor, minimum_minor)
  SELECT uuidv7(), line, statement_on, statement_on + 9, previous, bought, 0, 0, 0, 0, 0, 0, previous + bought,
         (previous + bought) / 10
  FROM (SELECT line, statement_on, CASE WHEN sort IN (6, 7, 8) AND m > 0 THEN 300000 ELSE 0 END AS previous,
               CASE WHEN sort = 9 AND m % 3 > 0 THEN 0 ELSE 60000 + (n * 31 + m * 977) % 90000 END AS bought
        FROM made CROSS JOIN months) AS bills;
INSERT INTO repayments (id, request_id, customer_id, source, kind, debt_id, received_on, amount_minor, journal_id, split,
    before)
  SELECT uuidv7(), 'pay:' || customer || ':' || m, customer, 'balance', 'bill', line,
         statement_on + CASE WHEN sort = 8 THEN 20 ELSE 6 END, 70000 + (n * 17 + m) % 20000, uuidv7(), '{}', '{}'
  FROM made CROSS JOIN months WHERE m < 6 AND sort < 9;
INSERT INTO loans (id, customer_id, line_id, opened_on, principal_minor, daily_rate_ppm, term, method, purpose,
    simple_yearly_ppm, compound_yearly_ppm, interest_exact, interest_posted, penalty_exact, penalty_posted)
  SELECT loan, customer, cash, '2026-08-10', 600000, 300, 6, 'level_payment', 'consumption', 109500, 115000, 0, 0, 0, 0
  FROM made WHERE borrows;
INSERT INTO loan_rows (loan_id, number, due_on, principal_minor, interest_minor, principal_paid, interest_paid, paid_on)
  SELECT loan, r, (date '2026-08-10' + make_interval(months => r))::date, 100000, 5000,
         CASE WHEN r < 4 THEN 100000 ELSE 0 END, 0,
         CASE WHEN r < 4 THEN (date '2026-08-10' + make_interval(months => r))::date + CASE WHEN sort = 8 THEN 5 ELSE 0 END END
  FROM made CROSS JOIN generate_series(1, 6) AS r WHERE borrows;
CREATE TEMP TABLE parts AS
  SELECT uuidv7() AS account, customer, kind, 'paylater/' || line || '/' || part AS code, minor
  FROM made CROSS JOIN (VALUES ('paylater_unbilled', 'unbilled', 30000), ('paylater_plan', 'plan', 0),
                               ('paylater_billed', 'billed', 90000)) AS held (kind, part, minor)
  UNION ALL SELECT uuidv7(), customer, 'loan_principal', 'loan/' || loan || '/principal', 300000 FROM made WHERE borrows;
INSERT INTO accounts (id, code, kind, gl_class, customer_id, currency, is_held, opened_on)
  SELECT account, code, kind, 'asset', customer, 'CNY', false, '2026-04-20' FROM parts;
INSERT INTO balances (account_id, balance_minor, posting_count, floor_minor) SELECT account, minor, 0, 0 FROM parts;

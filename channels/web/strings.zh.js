// Every label of the demo's host page. The assistant's own words are in widget/src/strings.
export const STRINGS = {
  brand: "信账消费金融",
  demo: "演示",
  leave: "换一位客户",
  offline: "网络不通，请检查后再试。",
  day: "{year}年{month}月{day}日",
  yuan: "¥{amount}",
  login: {
    title: "选一位客户登录",
    hint: "人物和账户都是虚构的。每位客户的处境不同，选一位，再和右下角的助手聊聊。",
    failed: "登录没有成功：{problem}",
  },
  tiles: {
    available: "{name}可用",
    of: "总额度 {limit}",
    closed: "未开通",
    frozen: "已冻结",
    bill: "本期账单还应还",
    due: "{day}前还",
    late: "已逾期 {days} 天",
    settled: "已还清",
    none: "还没有账单",
    ask: "问助手",
  },
  questions: { paylater: "我的额度是多少", cashloan: "我的额度是多少", bill: "这期账单多少" },
  bought: { title: "最近消费", none: "还没有消费。", refund: "退款", refunded: "已退款", working: "处理中…" },
  shop: {
    title: "小店（演示）",
    hint: "用先用后付买一件，账单就会变。",
    buy: "买 {amount}",
    done: "已支付 {amount}，{goods}。",
    refunded: "已退款 {amount}。",
    working: "正在支付…",
    goods: [
      { name: "手冲咖啡豆", merchant: "山谷咖啡", category: "food", minor: 6800 },
      { name: "降噪耳机", merchant: "极光数码", category: "electronics", minor: 59900 },
      { name: "羊毛围巾", merchant: "暖冬服饰", category: "clothing", minor: 18900 },
      { name: "周末往返机票", merchant: "云上航空", category: "travel", minor: 132000 },
    ],
  },
  clock: {
    label: "业务日期（演示）",
    day: "过一天",
    week: "过一周",
    to: "调到哪一天",
    go: "调到这天",
    busy: "正在逐日结账，请稍候…",
    moved: "已结账 {days} 天。",
  },
};

/** Put facts into a label. An unknown placeholder stays as it is. */
export function fill(text, facts) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
}

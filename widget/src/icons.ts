import { svg, html, type TemplateResult } from "lit";

const icon = (content: unknown): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${content}</svg>`;

export const chatIcon = icon(svg`<path d="M4 5.5h16a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1h-8l-4.5 3.5V17H4a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1Z"/><path d="M8 9.5h8M8 12.8h5"/>`);
export const closeIcon = icon(svg`<path d="m6 6 12 12M18 6 6 18"/>`);
export const sendIcon = icon(svg`<path d="M12 19V5M5.5 11.5 12 5l6.5 6.5"/>`);
export const personIcon = icon(svg`<circle cx="12" cy="8" r="3.6"/><path d="M5 20c.6-3.8 3.4-5.8 7-5.8s6.4 2 7 5.8"/>`);
export const largeIcon = icon(svg`<path d="M3.5 18 8.5 6h1l5 12M5.2 14h7.6M16 18l2.3-5.5h.6L21.3 18M16.8 16.2h3.6"/>`);
export const themeIcon = icon(svg`<circle cx="12" cy="12" r="8"/><path d="M12 4v16a8 8 0 0 0 0-16Z" fill="currentColor"/>`);
export const eraseIcon = icon(svg`<path d="M9 6h11v12H9l-6-6 6-6ZM12 10l4 4M16 10l-4 4"/>`);
export const markIcon = icon(svg`<path d="M7 4.5h10v15l-2.5-1.6L12 19.5l-2.5-1.6L7 19.5v-15Z"/><path d="M10 9h4M10 12.5h4"/>`);

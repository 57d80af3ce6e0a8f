import { unsafeCSS } from "lit";
import cards from "./css/cards.css?inline";
import sheet from "./css/sheet.css?inline";
import { baseStyle } from "./styles";

export const cardStyle = unsafeCSS(cards);
export const sheetStyles = [baseStyle, cardStyle, unsafeCSS(sheet)];

import { unsafeCSS } from "lit";
import cards from "./css/cards.css?inline";
import thumbs from "./css/thumbs.css?inline";
import sheet from "./css/sheet.css?inline";
import { baseStyle } from "./styles";

export const cardStyle = unsafeCSS(cards + thumbs);
export const sheetStyles = [baseStyle, cardStyle, unsafeCSS(sheet)];

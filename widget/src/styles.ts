import { unsafeCSS } from "lit";
import base from "./css/base.css?inline";
import chat from "./css/chat.css?inline";

export const baseStyle = unsafeCSS(base);
export const chatStyles = [baseStyle, unsafeCSS(chat)];

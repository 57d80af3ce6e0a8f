import type { Api } from "./api";
import { fill, words } from "./text";

/** Fetch a journal's inclusion proof and hand it to the customer as a file. Returns what to say: nothing when it went well. */
export async function saveProof(api: Api, journalId: string): Promise<string> {
  const proof = await api.proof(journalId);
  const address = URL.createObjectURL(new Blob([JSON.stringify(proof, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fill(words.receipt.proofFile, { number: journalId.slice(-8) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return "";
}

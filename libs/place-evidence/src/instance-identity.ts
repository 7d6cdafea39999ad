/**
 * Proves where a machine runs, by the signed identity document that its cloud gives it (AWS instance identity document,
 * Azure attested data, Google Cloud instance identity token). For agents, which present it; nobody does yet.
 */
export interface InstanceIdentity {
  /** Undefined where no cloud that is known has signed the document. `region`: as Inland names it. */
  verify(document: Uint8Array): Promise<{ readonly region: string; readonly instance: string } | undefined>;
}

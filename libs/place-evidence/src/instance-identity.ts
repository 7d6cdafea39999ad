/**
 * Proves where a machine runs, by the signed identity document that its cloud gives it: the AWS instance identity document
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html), Azure's attested data
 * (https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service), Google Cloud's instance identity token
 * (https://cloud.google.com/compute/docs/instances/verifying-instance-identity). It is for agents at targets, which present
 * theirs. A port alone: no adapter is there yet. One must check the signature against the cloud's own keys, and that the
 * document is not old.
 */
export interface InstanceIdentity {
  /** Undefined where no cloud that is known has signed the document. `region`: as Inland names it. */
  verify(document: Uint8Array): Promise<{ readonly region: string; readonly instance: string } | undefined>;
}

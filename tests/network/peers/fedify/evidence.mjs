/** What an incoming request proves about its sender, found with Fedify's own verifiers. */
import { detachSignature, verifyObject, verifyRequestDetailed } from "@fedify/fedify/sig";
import { Activity } from "@fedify/vocab";

/** The specification of the HTTP signature that a request carries, or null. */
export function signatureSpec(headers) {
  if (headers.has("signature-input")) return "rfc9421";
  return headers.has("signature") ? "draft-cavage-http-signatures-12" : null;
}

/** Verify the HTTP signature alone: Fedify's inbox skips it when a proof is good. */
export async function httpEvidence(request, loaders) {
  const spec = signatureSpec(request.headers);
  if (spec == null) return { spec, verified: false, reason: "noSignature" };
  const result = await verifyRequestDetailed(request.clone(), { ...loaders, spec });
  if (result.verified) return { spec, verified: true, keyId: result.key.id?.href };
  return { spec, verified: false, reason: result.reason.type };
}

/** Verify the object integrity proof (FEP-8b32) of a JSON document. */
export async function proofEvidence(json, loaders, type = Activity) {
  const proof = [json.proof].flat()[0];
  if (proof == null) return { present: false, verified: false };
  const object = await verifyObject(type, detachSignature(json), loaders);
  return {
    present: true,
    verified: object != null,
    cryptosuite: proof.cryptosuite,
    verificationMethod: proof.verificationMethod,
  };
}

/** Everything about one POST to an inbox: the activity, its signature, its proof. */
export async function inboxEvidence(request, loaders) {
  const json = await request
    .clone()
    .json()
    .catch(() => null);
  if (json == null || typeof json !== "object") return { activity: null };
  const [http, proof] = await Promise.all([
    httpEvidence(request, loaders).catch(failure),
    proofEvidence(json, loaders).catch(failure),
  ]);
  return { activity: json, http, proof, ldSignature: json.signature != null };
}

function failure(error) {
  return { verified: false, reason: String(error) };
}

/** Security keys (WebAuthn) between the server's JSON and the browser's bytes. */

type Json = Record<string, unknown>;

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(raw, (char) => char.charCodeAt(0));
}

function toText(bytes: ArrayBuffer | null): string | null {
  if (!bytes) return null;
  const raw = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(raw).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function listed(value: unknown): PublicKeyCredentialDescriptor[] {
  return ((value as Json[] | undefined) ?? []).map((one) => ({ ...one, id: toBytes(String(one.id)) }) as unknown as PublicKeyCredentialDescriptor);
}

/** Tell whether this browser has security keys here: a secure page, or the machine itself by its name. */
export function hasKeys(): boolean {
  return 'credentials' in navigator && 'PublicKeyCredential' in window;
}

/** Ask the person to touch a key; returns what the server verifies. */
export async function readKey(options: object): Promise<Json> {
  const given = options as Json;
  const publicKey = { ...given, challenge: toBytes(String(given.challenge)), allowCredentials: listed(given.allowCredentials) };
  const found = (await navigator.credentials.get({ publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions })) as PublicKeyCredential;
  const response = found.response as AuthenticatorAssertionResponse;
  return {
    id: found.id,
    rawId: toText(found.rawId),
    type: found.type,
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: toText(response.userHandle),
    },
    clientExtensionResults: {},
  };
}

/** Ask the person to register a key; returns what the server keeps. */
export async function makeKey(options: object): Promise<Json> {
  const given = options as Json;
  const user = given.user as Json;
  const publicKey = {
    ...given,
    challenge: toBytes(String(given.challenge)),
    user: { ...user, id: toBytes(String(user.id)) },
    excludeCredentials: listed(given.excludeCredentials),
  };
  const made = (await navigator.credentials.create({ publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    id: made.id,
    rawId: toText(made.rawId),
    type: made.type,
    response: { clientDataJSON: toText(response.clientDataJSON), attestationObject: toText(response.attestationObject) },
    clientExtensionResults: {},
  };
}

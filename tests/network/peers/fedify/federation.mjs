/** The Fedify server: one person, one server actor, notes, follows, an inbox. */
import {
  InProcessMessageQueue,
  MemoryKvStore,
  createExponentialBackoffPolicy,
  createFederation,
  generateCryptoKeyPair,
} from "@fedify/fedify";
import {
  Accept,
  Activity,
  Announce,
  Application,
  Article,
  Create,
  Delete,
  Endpoints,
  Follow,
  Join,
  Leave,
  Like,
  Note,
  PUBLIC_COLLECTION,
  Person,
  Undo,
  Update,
} from "@fedify/vocab";

export const SERVER_ACTOR = "server";
const ACTIVITIES = [Follow, Join, Leave, Accept, Create, Update, Delete, Like, Announce, Undo];

/** All that the peer knows; nothing is kept on disk. */
export function createState(options) {
  return {
    options,
    secure: options.secure,
    refusedSpec: options.refuse,
    inboxDown: false,
    followers: new Map(),
    following: new Set(),
    objects: new Map(),
    activities: new Map(),
    handled: [],
    errors: [],
    requests: [],
    keys: new Map(),
  };
}

/** Make the keys of both actors: RSA for requests, Ed25519 for proofs. */
export async function generateKeys(state) {
  for (const identifier of [state.options.username, SERVER_ACTOR]) {
    const pairs = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5")];
    if (state.options.proofs) pairs.push(await generateCryptoKeyPair("Ed25519"));
    state.keys.set(identifier, pairs);
  }
}

/** Whether the GET under way may read: anyone in open mode, known signers in secure mode. */
async function signedReader(state, context) {
  if (!state.secure) return true;
  const documentLoader = await context.getDocumentLoader({ identifier: SERVER_ACTOR });
  return (await context.getSignedKeyOwner({ documentLoader })) != null;
}

async function mayRead(state, context, identifier) {
  return identifier === SERVER_ACTOR || (await signedReader(state, context));
}

async function mayReadObject(state, context, object) {
  const readers = [...object.toIds, ...object.ccIds].map((uri) => uri.href);
  if (readers.includes(PUBLIC_COLLECTION.href)) return await signedReader(state, context);
  const documentLoader = await context.getDocumentLoader({ identifier: SERVER_ACTOR });
  const owner = await context.getSignedKeyOwner({ documentLoader });
  if (owner?.id == null) return false;
  const followers = context.getFollowersUri(state.options.username).href;
  if (readers.includes(owner.id.href)) return true;
  return readers.includes(followers) && state.followers.has(owner.id.href);
}

function setActors(federation, state) {
  const { username } = state.options;
  federation
    .setActorDispatcher("/users/{identifier}", async (context, identifier) => {
      if (identifier !== username && identifier !== SERVER_ACTOR) return null;
      const keys = await context.getActorKeyPairs(identifier);
      const Type = identifier === SERVER_ACTOR ? Application : Person;
      return new Type({
        id: context.getActorUri(identifier),
        preferredUsername: identifier,
        name: identifier === SERVER_ACTOR ? "Serveur Fedify" : "Fédérico Pair",
        summary: "<p>Un acteur tenu par Fedify.</p>",
        url: new URL(`/@${identifier}`, context.canonicalOrigin),
        inbox: context.getInboxUri(identifier),
        outbox: context.getOutboxUri(identifier),
        endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
        followers: context.getFollowersUri(identifier),
        following: context.getFollowingUri(identifier),
        publicKey: keys[0].cryptographicKey,
        assertionMethods: keys.map((pair) => pair.multikey),
        discoverable: true,
        indexable: true,
      });
    })
    .setKeyPairsDispatcher((_, identifier) => state.keys.get(identifier))
    .authorize((context, identifier) => mayRead(state, context, identifier));
}

function setCollections(federation, state) {
  const open = (context, identifier) => mayRead(state, context, identifier);
  federation
    .setFollowersDispatcher("/users/{identifier}/followers", () => ({
      items: [...state.followers.values()],
    }))
    .authorize(open);
  federation
    .setFollowingDispatcher("/users/{identifier}/following", () => ({
      items: [...state.following].map((uri) => new URL(uri)),
    }))
    .authorize(open);
  federation
    .setOutboxDispatcher("/users/{identifier}/outbox", () => ({
      items: [...state.activities.values()].filter(
        (activity) => activity instanceof Create && isPublic(activity),
      ),
    }))
    .authorize(open);
}

function isPublic(object) {
  return [...object.toIds, ...object.ccIds].some((uri) => uri.href === PUBLIC_COLLECTION.href);
}

function setObjects(federation, state) {
  for (const [Type, folder] of [
    [Note, "notes"],
    [Article, "articles"],
  ]) {
    federation
      .setObjectDispatcher(Type, `/users/{identifier}/${folder}/{id}`, (context, values) => {
        const object = state.objects.get(context.getObjectUri(Type, values).href);
        return object instanceof Type ? object : null;
      })
      .authorize(async (context, values) => {
        const object = state.objects.get(context.getObjectUri(Type, values).href);
        return object == null || (await mayReadObject(state, context, object));
      });
  }
  for (const Type of ACTIVITIES) {
    const folder = Type.name.toLowerCase();
    federation.setObjectDispatcher(
      Type,
      `/users/{identifier}/activities/${folder}/{id}`,
      (context, values) => state.activities.get(context.getObjectUri(Type, values).href) ?? null,
    );
  }
}

async function acceptFollow(state, context, follow) {
  const target = context.parseUri(follow.objectId);
  if (target?.type !== "actor" || follow.id == null) return;
  const follower = await follow.getActor(context);
  if (follower?.id == null || follower.inboxId == null) return;
  state.followers.set(follower.id.href, follower);
  const accept = new Accept({
    id: new URL(`#accepts/${crypto.randomUUID()}`, context.getActorUri(target.identifier)),
    actor: context.getActorUri(target.identifier),
    to: follower.id,
    object: follow,
  });
  await context.sendActivity({ identifier: target.identifier }, follower, accept);
}

async function undo(state, context, activity) {
  const undone = await activity.getObject(context);
  if (undone instanceof Follow && undone.actorId?.href === activity.actorId?.href) {
    state.followers.delete(activity.actorId.href);
  }
}

async function accepted(state, context, accept) {
  const follow = await accept.getObject(context);
  if (follow instanceof Follow && follow.objectId?.href === accept.actorId?.href) {
    state.following.add(accept.actorId.href);
  }
}

function setInbox(federation, state) {
  const reactions = { Follow: acceptFollow, Undo: undo, Accept: accepted };
  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .setSharedKeyDispatcher(() => ({ identifier: SERVER_ACTOR }))
    .on(Activity, async (context, activity) => {
      const type = activity.constructor.name;
      await reactions[type]?.(state, context, activity);
      state.handled.push({
        type,
        id: activity.id?.href,
        actor: activity.actorId?.href,
        object: activity.objectId?.href,
        recipient: context.recipient,
        json: await activity.toJsonLd(context),
      });
    })
    .onError((_, error) => state.errors.push(`inbox: ${error}`));
}

/** Build the federation; `state` holds what tests look at and change. */
export function buildFederation(state) {
  const retry = createExponentialBackoffPolicy({
    initialDelay: { milliseconds: 300 },
    maxDelay: { seconds: 2 },
    maxAttempts: 20,
  });
  const federation = createFederation({
    kv: new MemoryKvStore(),
    queue: new InProcessMessageQueue({ pollInterval: { milliseconds: 50 } }),
    allowPrivateAddress: true,
    circuitBreaker: false,
    firstKnock: state.options.firstKnock,
    outboxRetryPolicy: retry,
    inboxRetryPolicy: retry,
    onOutboxError: (error) => state.errors.push(`outbox: ${error}`),
  });
  federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
    software: { name: "fedify-peer", version: "2.3.6" },
    protocols: ["activitypub"],
    usage: { users: { total: 1 }, localPosts: state.objects.size, localComments: 0 },
  }));
  setActors(federation, state);
  setCollections(federation, state);
  setObjects(federation, state);
  setInbox(federation, state);
  return federation;
}

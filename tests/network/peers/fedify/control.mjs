/** What a test can make the peer do; every act answers with the ids that it made. */
import { parseNodeInfo } from "@fedify/fedify/nodeinfo";
import {
  Announce,
  Article,
  Create,
  Delete,
  Follow,
  Hashtag,
  Like,
  Mention,
  Note,
  Object as ActivityObject,
  PUBLIC_COLLECTION,
  Tombstone,
  Undo,
  Update,
} from "@fedify/vocab";
import { proofEvidence } from "./evidence.mjs";
import { SERVER_ACTOR } from "./federation.mjs";
import { agree, ask, entry } from "./projects.mjs";
import { mint, now, resolveActor, send } from "./sending.mjs";

/** One act per name; each takes (world, body) and returns JSON. */
export const ACTS = {
  follow,
  unfollow,
  post,
  update,
  delete: remove,
  like: (world, { object }) => react(world, Like, object),
  announce: (world, { object }) => react(world, Announce, object),
  undo,
  agree,
  ask,
  entry,
  fetch: fetchObject,
  verify,
  webfinger: async ({ context }, { resource }) =>
    await context.lookupWebFinger(resource, { allowPrivateAddress: true }),
  nodeinfo: (_, { document }) => plain(parseNodeInfo(document)),
  collection,
  settings,
};

/** The public state of the peer. */
export function describe({ state, context, me }) {
  return {
    actor: me.href,
    acct: `${state.options.username}@${new URL(context.canonicalOrigin).host}`,
    followers: [...state.followers.keys()],
    following: [...state.following],
    handled: state.handled,
    requests: state.requests,
    errors: state.errors,
  };
}

async function follow(world, { actor: uri }) {
  const actor = await resolveActor(world, uri);
  const sent = await send(world, Follow, [actor], { object: actor.id, to: actor.id });
  return { id: sent.id.href };
}

async function unfollow(world, { follow: id }) {
  world.state.following.delete(world.state.activities.get(id)?.objectId?.href);
  return await undo(world, { activity: id });
}

function audience({ context, state }, visibility, mentioned) {
  const followers = context.getFollowersUri(state.options.username);
  const people = mentioned.map((actor) => actor.id);
  if (visibility === "public") return { tos: [PUBLIC_COLLECTION], ccs: [followers, ...people] };
  if (visibility === "unlisted") return { tos: [followers], ccs: [PUBLIC_COLLECTION, ...people] };
  if (visibility === "followers") return { tos: [followers], ccs: people };
  return { tos: people, ccs: [] };
}

function tags(mentioned, hashtags) {
  return [
    ...mentioned.map(
      (actor) =>
        new Mention({ href: actor.id, name: `@${actor.preferredUsername}@${actor.id.host}` }),
    ),
    ...hashtags.map(
      (name) => new Hashtag({ name: `#${name}`, href: new URL(`https://tags.example/${name}`) }),
    ),
  ];
}

async function post(world, body) {
  const { state, me } = world;
  const mentioned = await Promise.all((body.mentions ?? []).map((uri) => resolveActor(world, uri)));
  const replied = body.inReplyTo == null ? null : new URL(body.inReplyTo);
  const Type = body.type === "Article" ? Article : Note;
  const object = new Type({
    id: mint(world, Type),
    attribution: me,
    ...audience(world, body.visibility ?? "public", mentioned),
    name: body.name ?? null,
    summary: body.summary ?? null,
    sensitive: body.summary != null && Type === Note,
    content: body.content ?? `<p>${body.text}</p>`,
    replyTarget: replied,
    tags: tags(mentioned, body.hashtags ?? []),
    published: now(),
    url: null,
  });
  state.objects.set(object.id.href, object);
  const followers = body.visibility === "direct" ? [] : [...state.followers.values()];
  const create = await send(world, Create, [...followers, ...mentioned], {
    object,
    tos: object.toIds,
    ccs: object.ccIds,
  });
  return { id: create.id.href, object: object.id.href };
}

async function audienceOf(world, object) {
  const mentioned = [];
  for await (const tag of object.getTags(world.context)) {
    if (tag instanceof Mention) mentioned.push(await resolveActor(world, tag.href));
  }
  return [...world.state.followers.values(), ...mentioned];
}

async function update(world, { object: uri, text }) {
  const old = world.state.objects.get(uri);
  const object = old.clone({ content: `<p>${text}</p>`, updated: now() });
  world.state.objects.set(uri, object);
  const values = { object, tos: object.toIds, ccs: object.ccIds };
  const sent = await send(world, Update, await audienceOf(world, old), values);
  return { id: sent.id.href };
}

async function remove(world, { object: uri }) {
  const old = world.state.objects.get(uri);
  const tombstone = new Tombstone({ id: old.id, deleted: now() });
  world.state.objects.set(uri, tombstone);
  const values = { object: tombstone, tos: old.toIds, ccs: old.ccIds };
  const sent = await send(world, Delete, await audienceOf(world, old), values);
  return { id: sent.id.href };
}

async function react(world, Type, uri) {
  const { context, state, loader } = world;
  const object = await context.lookupObject(uri, { documentLoader: loader });
  const author = await resolveActor(world, object.attributionId.href);
  const announced = Type === Announce;
  const followers = announced ? [...state.followers.values()] : [];
  const sent = await send(world, Type, [author, ...followers], {
    object: object.id,
    tos: announced ? [PUBLIC_COLLECTION] : [author.id],
    ccs: announced ? [context.getFollowersUri(state.options.username), author.id] : [],
  });
  return { id: sent.id.href };
}

async function undo(world, { activity: id }) {
  const undone = world.state.activities.get(id);
  const target = undone instanceof Follow ? undone.objectId : undone.toIds.concat(undone.ccIds);
  const people = [];
  for (const uri of [target].flat()) {
    if (uri.href === PUBLIC_COLLECTION.href || uri.href.startsWith(world.me.href)) continue;
    people.push(await resolveActor(world, uri.href));
  }
  const followers = undone instanceof Announce ? [...world.state.followers.values()] : [];
  const values = { object: undone, tos: undone.toIds, ccs: undone.ccIds };
  const sent = await send(world, Undo, [...people, ...followers], values);
  return { id: sent.id.href };
}

/** Fetch a document as a signed reader (or unsigned) and check the proof in it. */
async function fetchObject({ context, loader }, { url, signed = true }) {
  const documentLoader = signed ? loader : context.documentLoader;
  try {
    const { document } = await documentLoader(url);
    const loaders = { documentLoader, contextLoader: context.contextLoader };
    const proof = await proofEvidence(document, loaders, ActivityObject);
    return { status: 200, document, proof };
  } catch (error) {
    return { status: error.response?.status ?? 0, error: String(error) };
  }
}

/** Check the proof of an activity that stands inside another one. */
async function verify({ context, loader }, { document }) {
  const loaders = { documentLoader: loader, contextLoader: context.contextLoader };
  return await proofEvidence(document, loaders);
}

async function collection({ context, loader }, { url, limit = 50 }) {
  const found = await context.lookupObject(url, { documentLoader: loader });
  const items = [];
  for await (const item of context.traverseCollection(found, { documentLoader: loader })) {
    items.push(await item.toJsonLd(context));
    if (items.length >= limit) break;
  }
  return { totalItems: found.totalItems, items };
}

function settings({ state }, { secure, refuse, down }) {
  if (secure !== undefined) state.secure = secure;
  if (refuse !== undefined) state.refusedSpec = refuse;
  if (down !== undefined) state.inboxDown = down;
  return { secure: state.secure, refuse: state.refusedSpec, down: state.inboxDown };
}

function plain(value) {
  return value == null ? null : JSON.parse(JSON.stringify(value));
}

/** What an act needs: the peer's state, a Fedify context, a signing document loader. */
export async function createWorld(state, federation, origin) {
  const context = federation.createContext(new URL(origin), undefined);
  const loader = await context.getDocumentLoader({ identifier: SERVER_ACTOR });
  return { state, context, loader, me: context.getActorUri(state.options.username) };
}

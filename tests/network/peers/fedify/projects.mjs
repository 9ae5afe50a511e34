/** What a server that knows no projects can do in one: ask, answer, write. */
import { Accept, Create, Join, Leave, Note, PUBLIC_COLLECTION } from "@fedify/vocab";
import { mint, now, resolveActor, send } from "./sending.mjs";

const ASKING = { Join, Leave };
const FOR_MEMBERS = "https://communotic.normandie.fr/ns#Project";

/** Join or leave a project or an event; `to` is who answers for it. */
export async function ask(world, { type, object, to }) {
  const actor = await resolveActor(world, to);
  const values = { object: new URL(object), to: actor.id };
  const sent = await send(world, ASKING[type], [actor], values);
  return { id: sent.id.href };
}

/** Agree to an invitation, named by its id. */
export async function agree(world, { activity, to }) {
  const actor = await resolveActor(world, to);
  const values = { object: new URL(activity), to: actor.id };
  const sent = await send(world, Accept, [actor], values);
  return { id: sent.id.href };
}

/** Write in a project, for everybody or (`inside`) for its members alone. */
export async function entry(world, { project, text, inside = false }) {
  const { state, me } = world;
  const group = await resolveActor(world, project);
  const members = new URL(`${group.id.href}/members`);
  const addressed = inside
    ? { tos: [new URL(FOR_MEMBERS), members], ccs: [] }
    : { tos: [PUBLIC_COLLECTION], ccs: [group.id] };
  const note = new Note({
    id: mint(world, Note),
    attribution: me,
    ...addressed,
    audience: group.id,
    content: `<p>${text}</p>`,
    published: now(),
  });
  state.objects.set(note.id.href, note);
  const create = await send(world, Create, [group], { object: note, ...addressed });
  return { id: create.id.href, object: note.id.href };
}

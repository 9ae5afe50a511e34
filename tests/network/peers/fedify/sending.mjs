/** Making and sending what the peer's person does. */
import { Temporal } from "@js-temporal/polyfill";
import { isActor } from "@fedify/vocab";

export const now = () => Temporal.Now.instant();

/** A new id for an object or an activity of a type. */
export function mint({ context, state }, Type) {
  const values = { identifier: state.options.username, id: crypto.randomUUID() };
  return context.getObjectUri(Type, values);
}

/** An actor by its id; throws for everything else. */
export async function resolveActor({ context, loader }, uri) {
  const actor = await context.lookupObject(uri, { documentLoader: loader });
  if (!isActor(actor)) throw new Error(`${uri} is not an actor`);
  return actor;
}

/** Send an activity of the peer's person to some actors; the activity. */
export async function send(world, Type, recipients, values) {
  const { context, state, me } = world;
  const activity = new Type({ id: mint(world, Type), actor: me, published: now(), ...values });
  state.activities.set(activity.id.href, activity);
  const unique = new Map(recipients.filter(Boolean).map((actor) => [actor.id.href, actor]));
  await context.sendActivity(
    { identifier: state.options.username },
    [...unique.values()],
    activity,
    { preferSharedInbox: state.options.sharedInbox },
  );
  return activity;
}

// megalodon walks through the API: two people on two nodes.
import megalodon, { detector } from "megalodon";

import { OOB, assert, codeFor, config, eventually, pictureStream, walk } from "./steps.mjs";

let home;
let away;
let post;
let friend;
let seen;
let awaySession;

async function signedIn(who) {
  const { base, username } = config[who];
  assert.equal(await detector(base), "mastodon");
  const stranger = megalodon("mastodon", base);
  const app = await stranger.registerApp("megalodon", {
    scopes: ["read", "write", "follow"],
    redirect_uri: OOB,
  });
  const code = await codeFor(app.url, who);
  const given = await stranger.fetchAccessToken(app.client_id, app.client_secret, code, OOB);
  const client = megalodon("mastodon", base, given.access_token);
  assert.equal((await client.verifyAccountCredentials()).data.username, username);
  return [client, { app, token: given.access_token }];
}

const found = async (client, q, kind) => (await client.search(q, { resolve: true })).data[kind][0];

await walk({
  async log_in() {
    [home] = await signedIn("home");
    [away, awaySession] = await signedIn("away");
    assert.equal((await home.verifyAppCredentials()).data.name, "megalodon");
  },
  async read_instance() {
    const { data } = await home.getInstance();
    assert.ok(data.configuration.statuses.max_characters >= 500);
    await home.getInstancePeers();
    await home.getInstanceCustomEmojis();
    await home.getInstanceAnnouncements();
    await home.getInstanceTrends();
    await home.getPreferences();
  },
  async read_timelines() {
    for (const read of ["getHomeTimeline", "getPublicTimeline", "getLocalTimeline"]) {
      assert.ok(Array.isArray((await home[read]({ limit: 5 })).data));
    }
    assert.deepEqual((await home.getTagTimeline("jamais")).data, []);
    await home.getSuggestions();
    await home.getInstanceDirectory();
  },
  async change_profile() {
    const { data } = await home.updateCredentials({
      display_name: "Amina B.",
      note: "Formatrice",
      fields_attributes: [{ name: "Site", value: "https://site.example/" }],
    });
    assert.equal(data.display_name, "Amina B.");
    assert.equal(data.fields[0].name, "Site");
  },
  async write() {
    post = (await home.postStatus("Bonjour #essai", { visibility: "public", language: "fr" })).data;
    assert.equal((await home.getStatus(post.id)).data.language, "fr");
  },
  async write_with_media() {
    const media = (await home.uploadMedia(pictureStream(), { description: "Un carré" })).data;
    const status = (await home.postStatus("Avec image", { media_ids: [media.id] })).data;
    assert.equal(status.media_attachments[0].description, "Un carré");
  },
  async write_poll() {
    const poll = { options: ["Oui", "Non"], expires_in: 3600 };
    const status = (await home.postStatus("Et vous ?", { poll })).data;
    const there = await found(away, status.uri, "statuses");
    await away.votePoll(there.poll.id, [0]);
    await eventually(
      async () => (await home.getPoll(status.poll.id)).data.votes_count === 1,
      "the vote arrives",
    );
  },
  async edit() {
    const changed = (await home.editStatus(post.id, { status: "Bonsoir #essai" })).data;
    assert.match(changed.content, /Bonsoir/);
    assert.equal((await home.getStatusSource(post.id)).data.text, "Bonsoir #essai");
  },
  async delete() {
    const status = (await home.postStatus("À effacer", {})).data;
    await home.deleteStatus(status.id);
    await assert.rejects(home.getStatus(status.id), (error) => error.response.status === 404);
  },
  async reply() {
    const answer = (await home.postStatus("Une réponse", { in_reply_to_id: post.id })).data;
    const context = (await home.getStatusContext(post.id)).data;
    assert.deepEqual(context.descendants.map((one) => one.id), [answer.id]);
  },
  async mark() {
    assert.ok((await home.favouriteStatus(post.id)).data.favourited);
    assert.ok((await home.reblogStatus(post.id)).data.reblog.reblogged);
    assert.ok((await home.bookmarkStatus(post.id)).data.bookmarked);
    assert.ok((await home.pinStatus(post.id)).data.pinned);
    assert.deepEqual((await home.getBookmarks()).data.map((one) => one.id), [post.id]);
    assert.deepEqual((await home.getFavourites()).data.map((one) => one.id), [post.id]);
    assert.ok(!(await home.unfavouriteStatus(post.id)).data.favourited);
    assert.ok(!(await home.unreblogStatus(post.id)).data.reblogged);
    assert.ok(!(await home.unbookmarkStatus(post.id)).data.bookmarked);
    assert.ok(!(await home.unpinStatus(post.id)).data.pinned);
  },
  async schedule() {
    const later = new Date(Date.now() + 7_200_000).toISOString();
    const planned = (await home.postStatus("Plus tard", { scheduled_at: later })).data;
    assert.equal(planned.params.text, "Plus tard");
    await home.cancelScheduledStatus(planned.id);
    assert.deepEqual((await home.getScheduledStatuses()).data, []);
  },
  async follow() {
    const { acct } = config.away;
    friend = await found(home, acct, "accounts");
    assert.equal(friend.acct, acct);
    await home.followAccount(friend.id);
    await eventually(async () => (await home.getRelationship(friend.id)).data.following, "a follow");
    assert.equal((await home.lookupAccount(acct)).data.id, friend.id);
  },
  async see_the_followed() {
    await away.postStatus("Un mot de loin", {});
    seen = await eventually(
      async () => (await home.getHomeTimeline()).data.find((s) => s.content.includes("de loin")),
      "the followed post arrives",
    );
    await home.favouriteStatus(seen.id);
    await home.reblogStatus(seen.id);
    await home.postStatus(`@${config.away.acct} bien reçu`, { in_reply_to_id: seen.id });
  },
  async notifications() {
    const wanted = ["mention", "favourite", "reblog", "follow"];
    await eventually(async () => {
      const told = new Set((await away.getNotifications()).data.map((one) => one.type));
      return wanted.every((kind) => told.has(kind));
    }, "every notification");
    const [one] = (await away.getNotifications()).data;
    await away.dismissNotification(one.id);
    await away.dismissNotifications();
    assert.deepEqual((await away.getNotifications()).data, []);
  },
  async lists() {
    const list = (await home.createList("Collègues")).data;
    await home.addAccountsToList(list.id, [friend.id]);
    await away.postStatus("Pour la liste", {});
    await eventually(
      async () =>
        (await home.getListTimeline(list.id)).data.some((s) => s.content.includes("Pour la liste")),
      "the list shows the post",
    );
    await home.deleteList(list.id);
    assert.deepEqual((await home.getLists()).data, []);
  },
  async filters() {
    const filter = (await home.createFilter("tapage", ["home"])).data;
    assert.deepEqual((await home.getFilters()).data.map((one) => one.phrase), ["tapage"]);
    await home.deleteFilter(filter.id);
    assert.deepEqual((await home.getFilters()).data, []);
  },
  async search() {
    const tags = (await home.search("#essai", { type: "hashtags" })).data.hashtags;
    assert.deepEqual(tags.map((tag) => tag.name), ["essai"]);
    assert.ok((await home.searchAccount(config.home.username)).data.length > 0);
  },
  async relations() {
    assert.ok((await home.muteAccount(friend.id)).data.muting);
    assert.ok(!(await home.unmuteAccount(friend.id)).data.muting);
    assert.equal((await home.setAccountNote(friend.id, "Vue")).data.note, "Vue");
    assert.ok((await home.followTag("ailleurs")).data.following);
    await home.unfollowTag("ailleurs");
    await home.saveMarkers({ home: { last_read_id: post.id } });
    assert.equal((await home.getMarkers(["home"])).data.home.last_read_id, post.id);
  },
  async conversations() {
    await away.postStatus(`@${config.home.acct} entre nous`, { visibility: "direct" });
    const [talk] = await eventually(async () => {
      const { data } = await home.getConversationTimeline();
      return data.length > 0 && data;
    }, "the conversation");
    await home.readConversation(talk.id);
  },
  async stream() {
    const stream = await home.userStreaming();
    const heard = { update: [], notification: [], delete: [] };
    for (const kind of Object.keys(heard)) stream.on(kind, (value) => heard[kind].push(value));
    await new Promise((done) => {
      stream.on("connect", done);
    });
    await new Promise((done) => setTimeout(done, 1000));
    const status = (await away.postStatus(`@${config.home.acct} en direct`, {})).data;
    await eventually(() => heard.update.some((s) => s.content.includes("en direct")), "an update");
    await eventually(() => heard.notification.some((n) => n.type === "mention"), "a notification");
    await away.deleteStatus(status.id);
    await eventually(() => heard.delete.length > 0, "a deletion");
    stream.stop();
  },
  async log_out() {
    const { app, token } = awaySession;
    await away.revokeToken(app.client_id, app.client_secret, token);
    await assert.rejects(
      away.verifyAccountCredentials(),
      (error) => error.response.status === 401,
    );
  },
});

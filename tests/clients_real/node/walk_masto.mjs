// masto.js walks through the API: two people on two nodes.
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

import { OOB, SCOPES, assert, codeFor, config, eventually, picture, walk } from "./steps.mjs";

let home;
let away;
let token;
let post;
let friend;
let seen;

async function signedIn(who) {
  const { base, username } = config[who];
  const rest = createRestAPIClient({ url: base });
  const app = await rest.v1.apps.create({
    clientName: "masto.js",
    redirectUris: OOB,
    scopes: SCOPES,
  });
  const query = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: OOB,
    response_type: "code",
    scope: SCOPES,
  });
  const code = await codeFor(`${base}/oauth/authorize?${query}`, who);
  const oauth = createOAuthAPIClient({ url: base });
  const given = await oauth.token.create({
    grantType: "authorization_code",
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: OOB,
    code,
    scope: SCOPES,
  });
  const client = createRestAPIClient({ url: base, accessToken: given.accessToken });
  assert.equal((await client.v1.accounts.verifyCredentials()).username, username);
  return [client, given.accessToken, { oauth, app }];
}

let away_session;
await walk({
  async log_in() {
    [home, token] = await signedIn("home");
    let awayToken;
    [away, awayToken, away_session] = await signedIn("away");
    away_session.token = awayToken;
    assert.equal((await home.v1.apps.verifyCredentials()).name, "masto.js");
  },
  async read_instance() {
    assert.ok((await home.v2.instance.fetch()).configuration.statuses.maxCharacters >= 500);
    assert.ok((await home.v1.instance.fetch()).uri);
    await home.v1.customEmojis.list();
    await home.v1.announcements.list();
    await home.v1.preferences.fetch();
  },
  async read_timelines() {
    for (const timeline of [home.v1.timelines.home, home.v1.timelines.public]) {
      assert.ok(Array.isArray(await timeline.list({ limit: 5 })));
    }
    assert.deepEqual(await home.v1.timelines.tag.$select("jamais").list(), []);
    await home.v1.trends.statuses.list();
    await home.v1.trends.tags.list();
    await home.v1.trends.links.list();
    await home.v2.suggestions.list();
  },
  async change_profile() {
    const me = await home.v1.accounts.updateCredentials({
      displayName: "Amina B.",
      note: "Formatrice",
      fieldsAttributes: [{ name: "Site", value: "https://site.example/" }],
    });
    assert.equal(me.displayName, "Amina B.");
    assert.equal(me.fields[0].name, "Site");
  },
  async write() {
    post = await home.v1.statuses.create({
      status: "Bonjour #essai",
      visibility: "public",
      language: "fr",
    });
    assert.equal((await home.v1.statuses.$select(post.id).fetch()).language, "fr");
  },
  async write_with_media() {
    const media = await home.v2.media.create({ file: picture(), description: "Un carré" });
    assert.ok(media.url);
    const status = await home.v1.statuses.create({ status: "Avec image", mediaIds: [media.id] });
    assert.equal(status.mediaAttachments[0].description, "Un carré");
  },
  async write_poll() {
    const status = await home.v1.statuses.create({
      status: "Et vous ?",
      poll: { options: ["Oui", "Non"], expiresIn: 3600 },
    });
    const found = (await away.v2.search.list({ q: status.uri, resolve: true })).statuses[0];
    await away.v1.polls.$select(found.poll.id).votes.create({ choices: [0] });
    await eventually(
      async () => (await home.v1.polls.$select(status.poll.id).fetch()).votesCount === 1,
      "the vote arrives",
    );
  },
  async edit() {
    const changed = await home.v1.statuses.$select(post.id).update({ status: "Bonsoir #essai" });
    assert.match(changed.content, /Bonsoir/);
    assert.ok(changed.editedAt);
    assert.equal((await home.v1.statuses.$select(post.id).source.fetch()).text, "Bonsoir #essai");
    assert.equal((await home.v1.statuses.$select(post.id).history.list()).length, 2);
  },
  async delete() {
    const status = await home.v1.statuses.create({ status: "À effacer" });
    assert.equal((await home.v1.statuses.$select(status.id).remove()).text, "À effacer");
    await assert.rejects(home.v1.statuses.$select(status.id).fetch(), { statusCode: 404 });
  },
  async reply() {
    const answer = await home.v1.statuses.create({ status: "Une réponse", inReplyToId: post.id });
    const context = await home.v1.statuses.$select(post.id).context.fetch();
    assert.deepEqual(context.descendants.map((one) => one.id), [answer.id]);
  },
  async mark() {
    const status = home.v1.statuses.$select(post.id);
    assert.ok((await status.favourite()).favourited);
    assert.ok((await status.reblog()).reblog.reblogged);
    assert.ok((await status.bookmark()).bookmarked);
    assert.deepEqual((await home.v1.bookmarks.list()).map((one) => one.id), [post.id]);
    assert.deepEqual((await home.v1.favourites.list()).map((one) => one.id), [post.id]);
    assert.ok(!(await status.unfavourite()).favourited);
    assert.ok(!(await status.unreblog()).reblogged);
    assert.ok(!(await status.unbookmark()).bookmarked);
  },
  async follow() {
    const { acct } = config.away;
    friend = (await home.v2.search.list({ q: acct, resolve: true })).accounts[0];
    assert.equal(friend.acct, acct);
    await home.v1.accounts.$select(friend.id).follow();
    await eventually(
      async () => (await home.v1.accounts.relationships.fetch({ id: [friend.id] }))[0].following,
      "the follow",
    );
  },
  async see_the_followed() {
    await away.v1.statuses.create({ status: "Un mot de loin" });
    seen = await eventually(
      async () => (await home.v1.timelines.home.list()).find((s) => s.content.includes("de loin")),
      "the followed post arrives",
    );
    await home.v1.statuses.$select(seen.id).favourite();
    await home.v1.statuses.$select(seen.id).reblog();
    await home.v1.statuses.create({
      status: `@${config.away.acct} bien reçu`,
      inReplyToId: seen.id,
    });
  },
  async quote() {
    const open = await away.v1.statuses.create({
      status: "Citez-moi",
      quoteApprovalPolicy: "public",
    });
    const found = (await home.v2.search.list({ q: open.uri, resolve: true })).statuses[0];
    const mine = await home.v1.statuses.create({ status: "Voyez", quotedStatusId: found.id });
    await eventually(
      async () =>
        (await home.v1.statuses.$select(mine.id).fetch()).quote.quotedStatus?.id === found.id,
      "the quote",
    );
  },
  async notifications() {
    const wanted = ["mention", "favourite", "reblog", "follow", "quote"];
    await eventually(async () => {
      const told = new Set((await away.v1.notifications.list()).map((one) => one.type));
      return wanted.every((kind) => told.has(kind));
    }, "every notification");
    const grouped = await away.v2.notifications.list();
    assert.ok(grouped.notificationGroups.length > 0);
    const [one] = await away.v1.notifications.list({ types: ["follow"] });
    assert.equal(one.type, "follow");
    await away.v1.notifications.$select(one.id).dismiss();
    await away.v1.notifications.clear();
    assert.deepEqual(await away.v1.notifications.list(), []);
  },
  async lists() {
    const list = await home.v1.lists.create({ title: "Collègues" });
    await home.v1.lists.$select(list.id).accounts.create({ accountIds: [friend.id] });
    await away.v1.statuses.create({ status: "Pour la liste" });
    await eventually(
      async () =>
        (await home.v1.timelines.list.$select(list.id).list()).some((s) =>
          s.content.includes("Pour la liste"),
        ),
      "the list shows the post",
    );
    await home.v1.lists.$select(list.id).remove();
    assert.deepEqual(await home.v1.lists.list(), []);
  },
  async filters() {
    const filter = await home.v2.filters.create({
      title: "Sans bruit",
      context: ["home", "public"],
      filterAction: "warn",
      keywordsAttributes: [{ keyword: "vacarme" }],
    });
    const status = await away.v1.statuses.create({ status: "Quel vacarme" });
    const found = (await home.v2.search.list({ q: status.uri, resolve: true })).statuses[0];
    const seenNow = await home.v1.statuses.$select(found.id).fetch();
    assert.equal(seenNow.filtered[0].filter.title, "Sans bruit");
    await home.v2.filters.$select(filter.id).remove();
  },
  async search() {
    const found = await home.v2.search.list({ q: "#essai", type: "hashtags" });
    assert.deepEqual(found.hashtags.map((tag) => tag.name), ["essai"]);
    assert.ok((await home.v1.accounts.search.list({ q: config.home.username })).length > 0);
  },
  async relations() {
    const account = home.v1.accounts.$select(friend.id);
    assert.ok((await account.mute()).muting);
    assert.ok(!(await account.unmute()).muting);
    assert.equal((await account.note.create({ comment: "Vue au salon" })).note, "Vue au salon");
    assert.ok((await home.v1.tags.$select("ailleurs").follow()).following);
    await home.v1.tags.$select("ailleurs").unfollow();
    const markers = await home.v1.markers.create({ home: { lastReadId: post.id } });
    assert.equal(markers.home.lastReadId, post.id);
  },
  async conversations() {
    await away.v1.statuses.create({
      status: `@${config.home.acct} entre nous`,
      visibility: "direct",
    });
    const [talk] = await eventually(async () => {
      const found = await home.v1.conversations.list();
      return found.length > 0 && found;
    }, "the conversation");
    assert.ok(!(await home.v1.conversations.$select(talk.id).read()).unread);
  },
  async stream() {
    const { configuration } = await home.v2.instance.fetch();
    const streaming = createStreamingAPIClient({
      streamingApiUrl: configuration.urls.streaming,
      accessToken: token,
    });
    const heard = [];
    await streaming.prepare();
    const subscription = streaming.user.subscribe();
    (async () => {
      for await (const event of subscription) heard.push(event);
    })().catch(() => {});
    await new Promise((done) => setTimeout(done, 1500));
    const status = await away.v1.statuses.create({ status: `@${config.home.acct} en direct` });
    const has = (kind, wanted) =>
      heard.some((event) => event.event === kind && wanted(event.payload));
    await eventually(() => has("update", (s) => s.content.includes("en direct")), "an update");
    await eventually(() => has("notification", (n) => n.type === "mention"), "a notification");
    await away.v1.statuses.$select(status.id).remove();
    await eventually(() => has("delete", () => true), "a deletion");
    subscription.unsubscribe();
    streaming.close();
  },
  async page() {
    for (let number = 0; number < 5; number += 1) {
      await home.v1.statuses.create({ status: `Page ${number}`, visibility: "unlisted" });
    }
    const me = await home.v1.accounts.verifyCredentials();
    const pages = [];
    for await (const page of home.v1.accounts.$select(me.id).statuses.list({ limit: 2 })) {
      pages.push(page);
      if (pages.length === 3) break;
    }
    const ids = pages.flat().map((one) => BigInt(one.id));
    assert.equal(ids.length, 6);
    assert.ok(ids.every((id, place) => place === 0 || id < ids[place - 1]));
  },
  async log_out() {
    const { app, oauth, token: held } = away_session;
    await oauth.revoke({ clientId: app.clientId, clientSecret: app.clientSecret, token: held });
    await assert.rejects(away.v1.accounts.verifyCredentials(), { statusCode: 401 });
  },
});

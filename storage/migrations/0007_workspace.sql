-- What a member's pages ask often.

create index notifications_unread on notifications (owner_id, id) where read_at is null;
create index preferences_name on preferences (name, actor_id);

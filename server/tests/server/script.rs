//! A script that holds the token of a link and calls the API with it.

use crate::support::{Answer, Server, ask, links_by_command, parts_of_link};
use serde_json::{Value, json};
use std::net::SocketAddr;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use torg_protocol::people::Role;

pub(crate) struct Script {
    addr: SocketAddr,
    space: String,
    token: String,
}

impl Script {
    /// With the link of the open square for hosts.
    pub(crate) fn of_host(server: &Server) -> Self {
        Self::with_link(server, &server.running.host_link)
    }

    /// With the link of the open square for a role.
    pub(crate) fn of_role(server: &Server, role: Role) -> Self {
        let links = links_by_command(&server.data(), &[]).expect("links");
        let (_, link) = links.of_roles.into_iter().find(|(other, _)| *other == role).expect("every role has one");
        Self::with_link(server, &link)
    }

    pub(crate) fn with_link(server: &Server, link: &str) -> Self {
        let (url, token) = parts_of_link(link);
        let space = url.rsplit('/').next().expect("a link has a space").to_owned();
        Self { addr: server.addr(), space, token }
    }

    /// The same with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { addr: self.addr, space: self.space.clone(), token: token.to_owned() }
    }

    /// Calls `/api/spaces/{id}` and what `path` adds to it.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let path = format!("/api/spaces/{}{path}", self.space);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        ask(self.addr, method, &path, &headers, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, b"").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, body.to_string().as_bytes()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, body.to_string().as_bytes()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, b"").await
    }

    /// Makes a slot for topics; its id.
    pub(crate) async fn slot(&self, name: &str, from_minutes: i64, to_minutes: i64) -> u64 {
        let (starts_at, ends_at) = (moment(from_minutes), moment(to_minutes));
        let slot = json!({ "name": name, "starts_at": starts_at, "ends_at": ends_at, "kind": "topics" });
        self.post("/slots", &slot).await.is(201)["id"].as_u64().expect("an id")
    }

    /// Posts a topic of Ann's with these fields; its id.
    pub(crate) async fn topic(&self, fields: Value) -> u64 {
        self.post("/topics", &topic_with(fields)).await.is(201)["id"].as_u64().expect("an id")
    }

    /// The topic as it is now.
    pub(crate) async fn look_at(&self, topic: u64) -> Value {
        self.get(&format!("/topics/{topic}")).await.is(200)
    }
}

impl Answer {
    /// What it says, if that is the status.
    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    #[track_caller]
    pub(crate) fn is_status(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.text());
    }

    /// A refusal by a code, which is a sentence too.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, code: &str) -> String {
        let refusal = self.is(status);
        assert_eq!(refusal["code"], code, "{refusal}");
        let words = refusal["message"].as_str().expect("a message");
        assert!(words.contains(' '), "{words}");
        words.to_owned()
    }

    /// A refusal because of a field.
    #[track_caller]
    pub(crate) fn refuses_field(&self, field: &str) -> String {
        let words = self.refuses(422, "field");
        assert_eq!(self.json()["field"], field, "{words}");
        words
    }
}

/// A topic with the usual fields, and these over them.
pub(crate) fn topic_with(fields: Value) -> Value {
    let mut topic = json!({ "title": "Night shifts", "convener": "Ann" });
    let Value::Object(fields) = fields else { panic!("fields of a topic") };
    topic.as_object_mut().expect("an object").extend(fields);
    topic
}

/// So many minutes from now.
pub(crate) fn moment(minutes: i64) -> String {
    moment_in_seconds(minutes * 60)
}

pub(crate) fn moment_in_seconds(seconds: i64) -> String {
    let at = OffsetDateTime::now_utc() + time::Duration::seconds(seconds);
    at.format(&Rfc3339).expect("a moment of our days")
}

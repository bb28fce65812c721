//! A program that holds the token of a link, and calls the API with it.

use crate::http::{Reply, request_with};
use serde_json::Value;
use std::net::SocketAddr;

/// A program with a link's token.
#[derive(Clone, Debug)]
pub struct Script {
    server: SocketAddr,
    space: String,
    token: String,
}

impl Script {
    /// With the token of this link.
    ///
    /// # Panics
    /// When it is no link of a server on this machine.
    #[must_use]
    pub fn with_link(link: &str) -> Self {
        let (page, token) = link.split_once('#').expect("a link has a token");
        let (server, space) = page.trim_start_matches("http://").split_once("/s/").expect("a link has a space");
        let server = server.parse().expect("a link has an address");
        Self { server, space: space.to_owned(), token: token.to_owned() }
    }

    /// Reads what stands below the space.
    pub async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, "").await
    }

    /// Brings something new.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path, &body.to_string()).await
    }

    /// Changes something.
    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.call("PATCH", path, &body.to_string()).await
    }

    /// Takes something away.
    pub async fn delete(&self, path: &str) -> Reply {
        self.call("DELETE", path, "").await
    }

    /// Sends what is no JSON.
    pub async fn send(&self, method: &str, path: &str, media_type: &str, body: &[u8]) -> Reply {
        self.send_with(method, path, &[&format!("content-type: {media_type}")], body).await
    }

    /// Sends anything, with these whole lines as headers beside the token's.
    pub async fn send_with(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Reply {
        self.send_to(method, &self.path(path), headers, body).await
    }

    /// Sends anything to an address that the server named: a whole one, or the path of one.
    pub async fn send_to(&self, method: &str, location: &str, headers: &[&str], body: &[u8]) -> Reply {
        let path = location.strip_prefix(&format!("http://{}", self.server)).unwrap_or(location);
        let bearer = format!("authorization: Bearer {}", self.token);
        let headers = [&[bearer.as_str()], headers].concat();
        request_with(self.server, method, path, &headers, body).await
    }

    /// The whole address of what stands below the space.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{}", self.server, self.path(path))
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    fn path(&self, path: &str) -> String {
        format!("/api/spaces/{}{path}", self.space)
    }

    async fn call(&self, method: &str, path: &str, body: &str) -> Reply {
        self.send(method, path, "application/json", body.as_bytes()).await
    }
}

//! A program that holds the token of a link, and calls the API with it.

use crate::http::{Reply, request};
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

    async fn call(&self, method: &str, path: &str, body: &str) -> Reply {
        let bearer = format!("authorization: Bearer {}", self.token);
        let path = format!("/api/spaces/{}{path}", self.space);
        request(self.server, method, &path, &[&bearer, "content-type: application/json"], body).await
    }
}

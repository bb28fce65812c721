//! Everything that is answered over plain HTTP: pages, the web app, making spaces, figures.

mod api;
mod figures;
mod glance;
mod headers;
mod openapi;
mod pages;
mod square;
mod web;
mod words;

use crate::arrival::Surroundings;
use crate::mailbox::ToRegistry;
use axum::Router;
use axum::routing::{get, post};
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What the pages are made from.
#[derive(Clone)]
pub struct Parts {
    /// Who knows the spaces.
    pub registry: mpsc::Sender<ToRegistry>,
    /// What requests are judged by.
    pub surroundings: Arc<Surroundings>,
    /// The figures.
    pub figures: PrometheusHandle,
    /// What links begin with.
    pub public_url: Arc<str>,
}

/// The routes of the pages.
pub fn routes(parts: Parts) -> Router {
    Router::new()
        .route("/", get(square::front_page))
        .route("/s/{space}", get(square::space))
        .route("/api/spaces", post(api::make_space))
        .route("/api/spaces/{id}", get(glance::look))
        .route("/openapi.json", get(openapi::document))
        .route("/healthz", get(figures::healthz))
        .route("/readyz", get(figures::readyz))
        .route("/metrics", get(figures::metrics))
        .route("/page.css", get(pages::style))
        .fallback(get(web::file))
        .with_state(parts)
        .layer(axum::middleware::from_fn(headers::harden))
}

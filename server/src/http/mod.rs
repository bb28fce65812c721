//! Everything that is answered over plain HTTP.

mod figures;

use crate::arrival::Surroundings;
use crate::mailbox::ToRegistry;
use axum::Router;
use axum::routing::get;
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
}

/// The routes of the pages.
pub fn routes(parts: Parts) -> Router {
    Router::new()
        .route("/healthz", get(figures::healthz))
        .route("/readyz", get(figures::readyz))
        .route("/metrics", get(figures::metrics))
        .with_state(parts)
}

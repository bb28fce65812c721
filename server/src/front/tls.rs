//! Certificate and key from their files.

use crate::config::TlsFiles;
use anyhow::{Context as _, bail};
use rustls_pemfile::{certs, private_key};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// An acceptor for https. Only HTTP/1.1 is offered: websockets need it, and the app is a handful of files.
///
/// # Errors
/// In words, which file is wrong and how.
pub fn acceptor(files: &TlsFiles) -> anyhow::Result<TlsAcceptor> {
    let chain: Vec<_> = certs(&mut open(&files.certificate, "certificate")?)
        .collect::<Result<_, _>>()
        .with_context(|| format!("the certificate {} is no PEM file", files.certificate.display()))?;
    if chain.is_empty() {
        bail!("{} holds no certificate: it must have a section BEGIN CERTIFICATE", files.certificate.display());
    }
    let key = private_key(&mut open(&files.key, "private key")?)
        .with_context(|| format!("the private key {} is no PEM file", files.key.display()))?
        .with_context(|| {
            format!("{} holds no private key: it must have a section BEGIN PRIVATE KEY", files.key.display())
        })?;
    let mut config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .with_context(|| format!("{} and {} do not fit", files.certificate.display(), files.key.display()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn open(path: &Path, what: &str) -> anyhow::Result<BufReader<File>> {
    let file = File::open(path).with_context(|| format!("the {what} {} cannot be read", path.display()))?;
    Ok(BufReader::new(file))
}

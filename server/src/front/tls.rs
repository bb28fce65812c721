//! Certificate and key from their files, and again when these change: certificates are renewed every few weeks, and no
//! meeting should end for that.

use crate::config::TlsFiles;
use anyhow::{Context as _, bail};
use arc_swap::ArcSwap;
use rustls_pemfile::{certs, private_key};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// The newest usable acceptor for https: connections read it, [`follow`] renews it.
#[derive(Clone)]
pub struct Tls(Arc<ArcSwap<rustls::ServerConfig>>);

/// The files, and how they were when they were read last.
#[derive(Debug)]
pub struct Followed {
    files: TlsFiles,
    read: Stamps,
    /// What was wrong with them, if anything. It is logged once.
    fault: Option<String>,
}

/// When certificate and key were written, and how long they are; nothing for a file that isn't there.
type Stamps = [Option<(SystemTime, u64)>; 2];

impl Tls {
    /// An acceptor for https from its files, and what is needed to [`follow`] these.
    ///
    /// # Errors
    /// In words, which file is wrong and how.
    pub fn open(files: TlsFiles) -> anyhow::Result<(Self, Followed)> {
        // Before the files: what is written while they are read must count as new.
        let read = stamps(&files);
        let config = config(&files)?;
        Ok((Self(Arc::new(ArcSwap::from_pointee(config))), Followed { files, read, fault: None }))
    }

    /// What accepts the next connection.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.0.load_full())
    }
}

/// Looks at the files every so often and takes in a new pair. One that can't be used is named in the log, and the pair
/// before stays; connections that stand stay in any case.
pub async fn follow(tls: Tls, mut followed: Followed, every: Duration, mut stopping: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        let to = tls.clone();
        // Disks may be slow, or far away.
        let looked = tokio::task::spawn_blocking(move || {
            followed.look(&to);
            followed
        });
        followed = looked.await.expect("reading files returns errors and does not panic");
    }
}

impl Followed {
    fn look(&mut self, tls: &Tls) {
        let now = stamps(&self.files);
        // A pair that was wrong is tried again, since what was wrong may not show: who may read it, for one.
        if now == self.read && self.fault.is_none() {
            return;
        }
        self.read = now;
        match config(&self.files) {
            Ok(config) => {
                tls.0.store(Arc::new(config));
                self.fault = None;
                tracing::info!("the certificate was renewed");
            }
            Err(error) => {
                let fault = format!("{error:#}");
                if self.fault.as_ref() != Some(&fault) {
                    tracing::error!("the new certificate can't be used, so the one before stays: {fault}");
                }
                self.fault = Some(fault);
            }
        }
    }
}

fn stamps(files: &TlsFiles) -> Stamps {
    [&files.certificate, &files.key].map(|path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    })
}

/// Only HTTP/1.1 is offered: websockets need it, and the app is a handful of files.
fn config(files: &TlsFiles) -> anyhow::Result<rustls::ServerConfig> {
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
    Ok(config)
}

fn open(path: &Path, what: &str) -> anyhow::Result<BufReader<File>> {
    let file = File::open(path).with_context(|| format!("the {what} {} cannot be read", path.display()))?;
    Ok(BufReader::new(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::CertificateDer;
    use tokio::time::timeout;

    const PATIENCE: Duration = Duration::from_secs(20);
    const EVERY: Duration = Duration::from_millis(20);

    /// A certificate for localhost and its key, as a tool that renews them would bring.
    fn certified() -> (CertificateDer<'static>, String, String) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        (made.cert.der().clone(), made.cert.pem(), made.signing_key.serialize_pem())
    }

    /// Shakes hands with the server. Whether it shows a certificate and can use it: rustls checks both.
    async fn shows(tls: &Tls, certificate: &CertificateDer<'static>) -> bool {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(certificate.clone()).expect("a root");
        let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the versions of ring");
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let (near, far) = tokio::io::duplex(64 * 1024);
        let name = "localhost".try_into().expect("a name");
        let hands = async { tokio::join!(connector.connect(name, near), tls.acceptor().accept(far)) };
        timeout(PATIENCE, hands).await.expect("in time").0.is_ok()
    }

    async fn comes_to_show(tls: &Tls, certificate: &CertificateDer<'static>) {
        let shown = async {
            while !shows(tls, certificate).await {
                tokio::time::sleep(EVERY).await;
            }
        };
        timeout(PATIENCE, shown).await.expect("the new certificate is shown");
    }

    #[tokio::test]
    async fn a_renewed_certificate_is_shown_and_a_broken_one_changes_nothing() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = TlsFiles { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
        let write = |certificate: &str, key: &str| {
            std::fs::write(&files.certificate, certificate).expect("written");
            std::fs::write(&files.key, key).expect("written");
        };
        let [(first, first_pem, first_key), (second, second_pem, second_key), (third, third_pem, third_key)] =
            [certified(), certified(), certified()];
        write(&first_pem, &first_key);
        let (tls, followed) = Tls::open(files.clone()).expect("a usable pair");
        assert!(shows(&tls, &first).await && !shows(&tls, &second).await);
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(follow(tls.clone(), followed, EVERY, stopping));

        write(&second_pem, &second_key);
        comes_to_show(&tls, &second).await;
        assert!(!shows(&tls, &first).await);
        // The key of another pair, half a file, none at all: who comes meanwhile notices nothing.
        for (certificate, key) in [(&third_pem[..], &second_key[..]), (&third_pem[..90], &third_key[..]), ("", "")] {
            write(certificate, key);
            tokio::time::sleep(10 * EVERY).await;
            assert!(shows(&tls, &second).await, "the pair before stays");
        }
        std::fs::remove_file(&files.key).expect("removed");
        tokio::time::sleep(10 * EVERY).await;
        assert!(shows(&tls, &second).await, "the pair before stays");
        write(&third_pem, &third_key);
        comes_to_show(&tls, &third).await;
        stop.send(true).expect("it follows");
        timeout(PATIENCE, task).await.expect("in time").expect("no panic");
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = TlsFiles { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
        let [(_, pem, key), (_, _, other_key)] = [certified(), certified()];
        std::fs::write(&files.certificate, &pem).expect("written");
        std::fs::write(&files.key, &key).expect("written");
        let (tls, mut followed) = Tls::open(files.clone()).expect("a usable pair");
        std::fs::write(&files.key, &other_key[..other_key.len() / 2]).expect("written");
        followed.look(&tls);
        assert!(followed.fault.as_ref().is_some_and(|fault| fault.contains("key.pem")), "{followed:?}");
        std::fs::write(&files.key, &other_key).expect("written");
        followed.look(&tls);
        assert!(followed.fault.as_ref().is_some_and(|fault| fault.contains("do not fit")), "{followed:?}");
        std::fs::write(&files.key, &key).expect("written");
        followed.look(&tls);
        assert_eq!(followed.fault, None);
    }
}

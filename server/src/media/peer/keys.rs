//! The key that the handshake agreed on for what we send, taken where the library derives its own state from it.
//!
//! The library keeps DTLS-SRTP's keying material (RFC 5764, section 4.2) to itself. What it takes from its user is
//! the cryptography, and the first block that it ever has encrypted is the first step of the key derivation of
//! RFC 3711, section 4.3.3, for the sending side: the key is the master key, and the block is the master salt
//! (the label of that step is zero). [`KeyTap`] is a provider that does as the library's own and keeps these two.

use rtc::crypto::{
    ActiveKeyExchange, AeadAlgorithm, AeadCipher, BlockCipherAlgorithm, CbcAlgorithm, CbcCipher, CryptoAlgorithm,
    CryptoError, HashAlgorithm, HmacAlgorithm, KeyExchangeAlgorithm, Mac, PublicKey, RTCCrypto, RTCCryptoProvider,
    RTCRandom, SignatureScheme, SigningKey, StreamCipher, StreamCipherAlgorithm,
};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Bytes of the master salt of AEAD_AES_128_GCM (RFC 7714, section 12).
const SALT_BYTES: usize = 12;

/// What the packets of one direction are protected by.
pub(super) struct MasterKey {
    pub(super) key: [u8; 16],
    pub(super) salt: [u8; SALT_BYTES],
}

/// The library's own cryptography for one peer connection, with an eye on the key.
pub(super) struct KeyTap {
    inner: Arc<dyn RTCCryptoProvider>,
    tapped: Mutex<Tapped>,
}

enum Tapped {
    /// The handshake is not through.
    Nothing,
    Key(MasterKey),
    /// Given out: only the first block is the one.
    Over,
}

impl KeyTap {
    /// A tap on the cryptography that all peer connections of the process share.
    ///
    /// # Errors
    /// When the library was built without any.
    pub(super) fn new() -> Result<Arc<Self>, CryptoError> {
        static SHARED: OnceLock<Arc<dyn RTCCryptoProvider>> = OnceLock::new();
        let inner = match SHARED.get() {
            Some(shared) => Arc::clone(shared),
            None => {
                let provider = rtc::crypto::default_provider()?;
                Arc::clone(SHARED.get_or_init(|| provider))
            }
        };
        Ok(Arc::new(Self { inner, tapped: Mutex::new(Tapped::Nothing) }))
    }

    /// The sending side's master key, once the handshake is through; only once.
    pub(super) fn take(&self) -> Option<MasterKey> {
        let mut tapped = self.tapped.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *tapped, Tapped::Over) {
            Tapped::Key(key) => Some(key),
            Tapped::Nothing | Tapped::Over => None,
        }
    }

    fn see(&self, key: &[u8], block: &[u8]) {
        let mut tapped = self.tapped.lock().unwrap_or_else(PoisonError::into_inner);
        if let Tapped::Nothing = *tapped {
            let salt = block.get(..SALT_BYTES).and_then(|salt| salt.try_into().ok());
            *tapped = match (key.try_into(), salt) {
                (Ok(key), Some(salt)) => Tapped::Key(MasterKey { key, salt }),
                _ => Tapped::Over,
            };
        }
    }
}

impl RTCCryptoProvider for KeyTap {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn crypto(&self) -> &dyn RTCCrypto {
        self
    }

    fn random(&self) -> &dyn RTCRandom {
        self.inner.random()
    }
}

impl RTCCrypto for KeyTap {
    fn supports(&self, algorithm: CryptoAlgorithm) -> bool {
        self.inner.crypto().supports(algorithm)
    }

    fn block_encrypt(&self, algorithm: BlockCipherAlgorithm, key: &[u8], block: &mut [u8]) -> Result<(), CryptoError> {
        self.see(key, block);
        self.inner.crypto().block_encrypt(algorithm, key, block)
    }

    fn hash(&self, algorithm: HashAlgorithm, data: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.inner.crypto().hash(algorithm, data)
    }

    fn new_hmac(&self, algorithm: HmacAlgorithm, key: &[u8]) -> Result<Box<dyn Mac>, CryptoError> {
        self.inner.crypto().new_hmac(algorithm, key)
    }

    fn new_stream_cipher(
        &self,
        algorithm: StreamCipherAlgorithm,
        key: &[u8],
    ) -> Result<Box<dyn StreamCipher>, CryptoError> {
        self.inner.crypto().new_stream_cipher(algorithm, key)
    }

    fn new_aead(&self, algorithm: AeadAlgorithm, key: &[u8]) -> Result<Box<dyn AeadCipher>, CryptoError> {
        self.inner.crypto().new_aead(algorithm, key)
    }

    fn new_cbc(&self, algorithm: CbcAlgorithm, key: &[u8]) -> Result<Box<dyn CbcCipher>, CryptoError> {
        self.inner.crypto().new_cbc(algorithm, key)
    }

    fn start_key_exchange(&self, algorithm: KeyExchangeAlgorithm) -> Result<Box<dyn ActiveKeyExchange>, CryptoError> {
        self.inner.crypto().start_key_exchange(algorithm)
    }

    fn generate_signing_key(&self, scheme: SignatureScheme) -> Result<Arc<dyn SigningKey>, CryptoError> {
        self.inner.crypto().generate_signing_key(scheme)
    }

    fn import_signing_key(&self, scheme: SignatureScheme, pkcs8: &[u8]) -> Result<Arc<dyn SigningKey>, CryptoError> {
        self.inner.crypto().import_signing_key(scheme, pkcs8)
    }

    fn verify_signature(
        &self,
        scheme: SignatureScheme,
        public_key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.inner.crypto().verify_signature(scheme, public_key, message, signature)
    }
}

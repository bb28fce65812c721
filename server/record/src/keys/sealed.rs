//! Sealing one text: `1.` and base64url of nonce, ciphertext and tag.

use super::{PersonKey, Who};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};

/// What a sealed text of this form begins with.
const FORM: &str = "1.";

/// Nothing when the machine gives no random numbers.
pub(super) fn seal(key: &PersonKey, who: &Who, text: &str) -> Option<String> {
    // A person has few texts, so random nonces of 96 bits never meet (SP 800-38D, 8.3, allows 2^32 of them).
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).ok()?;
    let mut sealed = text.as_bytes().to_vec();
    let sealing = cipher(key).seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(who), &mut sealed);
    sealing.expect("a text of some kilobytes is far below the cipher's bound");
    Some(format!("{FORM}{}", URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())))
}

pub(super) fn unseal(key: &PersonKey, who: &Who, sealed: &str) -> Option<String> {
    let mut bytes = URL_SAFE_NO_PAD.decode(sealed.strip_prefix(FORM)?).ok()?;
    let (nonce, text) = bytes.split_at_mut_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let text = cipher(key).open_in_place(nonce, aad(who), text).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

fn cipher(key: &PersonKey) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("the key has the cipher's length"))
}

/// Whose text it is, so that it can't be put under another's name.
fn aad(who: &Who) -> Aad<Vec<u8>> {
    let (space, person) = who;
    Aad::from([space.as_str().as_bytes(), &[0], &person.0.to_be_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::ids::{ParticipantId, SpaceId};

    fn who(space: &str, person: u32) -> Who {
        (SpaceId::parse(space).expect("an id"), ParticipantId(person))
    }

    #[test]
    fn only_the_same_key_person_and_space_open_it() {
        let key = [7; 32];
        for text in ["Åsa Nordmann", "", "\0\u{1F600}"] {
            let sealed = seal(&key, &who("torg", 1), text).expect("sealed");
            assert_eq!(unseal(&key, &who("torg", 1), &sealed).as_deref(), Some(text));
            assert_eq!(unseal(&[8; 32], &who("torg", 1), &sealed), None);
            assert_eq!(unseal(&key, &who("torg", 2), &sealed), None);
            assert_eq!(unseal(&key, &who("torg2", 1), &sealed), None);
        }
        let (one, two) = (seal(&key, &who("torg", 1), "Ann"), seal(&key, &who("torg", 1), "Ann"));
        assert_ne!(one, two, "equal names don't show as equal");
    }

    #[test]
    fn what_was_never_sealed_opens_to_nothing() {
        let sealed = seal(&[7; 32], &who("torg", 1), "Ann").expect("sealed");
        let cut = &sealed[..sealed.len() - 1];
        for bad in ["", "1.", "1.AAAA", "2.AAAA", "Ann", cut, &format!("{sealed}A"), "1.\u{e5}"] {
            assert_eq!(unseal(&[7; 32], &who("torg", 1), bad), None, "{bad}");
        }
    }
}

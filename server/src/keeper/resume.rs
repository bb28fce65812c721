//! Resume tokens: who lost the line comes back to their place by one. Each works once; the one before stays
//! good until the newest is used, since the welcome with the newest may have been lost with the line.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::collections::{BTreeMap, HashMap};
use torg_protocol::ids::ParticipantId;

const TOKEN_BYTES: usize = 32;

/// The resume tokens of one space.
#[derive(Debug, Default)]
pub(super) struct ResumeTokens {
    owner: HashMap<String, ParticipantId>,
    held: BTreeMap<ParticipantId, Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// The token by which the participant came back last.
    used: Option<String>,
    newest: Option<String>,
}

impl ResumeTokens {
    /// Whose token this is. It stays good until the next one is used.
    pub(super) fn redeem(&mut self, token: &str) -> Option<ParticipantId> {
        let participant = *self.owner.get(token)?;
        let held = self.held.get_mut(&participant)?;
        if held.newest.as_deref() == Some(token)
            && let Some(before) = std::mem::replace(&mut held.used, held.newest.take())
        {
            self.owner.remove(&before);
        }
        Some(participant)
    }

    /// A new token for a participant; the newest so far, never used, is void.
    pub(super) fn issue(&mut self, participant: ParticipantId) -> String {
        let mut bytes = [0; TOKEN_BYTES];
        SystemRandom::new().fill(&mut bytes).expect("the machine gave random numbers for the key at the start");
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let held = self.held.entry(participant).or_default();
        if let Some(unused) = held.newest.replace(token.clone()) {
            self.owner.remove(&unused);
        }
        self.owner.insert(token.clone(), participant);
        token
    }

    /// Voids every token of who is gone for good.
    pub(super) fn forget(&mut self, participant: ParticipantId) {
        let held = self.held.remove(&participant).unwrap_or_default();
        for token in [held.used, held.newest].into_iter().flatten() {
            self.owner.remove(&token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ParticipantId = ParticipantId(1);
    const BOB: ParticipantId = ParticipantId(2);

    #[test]
    fn a_token_works_once_the_next_is_used() {
        let mut tokens = ResumeTokens::default();
        let first = tokens.issue(ANN);
        assert_eq!(tokens.redeem(&first), Some(ANN));
        let second = tokens.issue(ANN);
        assert_eq!(tokens.redeem(&second), Some(ANN));
        assert_eq!(tokens.redeem(&first), None, "the second was used");
    }

    #[test]
    fn the_one_before_is_good_while_the_newest_may_be_lost() {
        let mut tokens = ResumeTokens::default();
        let first = tokens.issue(ANN);
        assert_eq!(tokens.redeem(&first), Some(ANN));
        let lost = tokens.issue(ANN);
        assert_eq!(tokens.redeem(&first), Some(ANN), "the line broke before the second came");
        let third = tokens.issue(ANN);
        assert_eq!(tokens.redeem(&lost), None);
        assert_eq!(tokens.redeem(&third), Some(ANN));
        assert_eq!(tokens.redeem(&first), None);
    }

    #[test]
    fn who_is_gone_has_no_tokens() {
        let mut tokens = ResumeTokens::default();
        let (ann, bob) = (tokens.issue(ANN), tokens.issue(BOB));
        tokens.forget(ANN);
        assert_eq!(tokens.redeem(&ann), None);
        assert_eq!(tokens.redeem("nonsense"), None);
        assert_eq!(tokens.redeem(&bob), Some(BOB));
        assert_eq!(tokens.owner.len(), 1);
    }
}

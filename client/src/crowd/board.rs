//! Send times inside titles of topics, so that it can be measured how soon a change of the board is with everybody.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use torg_protocol::message::{Change, TopicText};

/// What stands before the time: other people post on the square too.
const MARK: &str = "Posted at ";

/// A topic for the tray whose title says when it was sent off.
pub(super) fn stamped_topic(now: SystemTime) -> Change {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let title = format!("{MARK}{}", since.as_micros());
    let topic = TopicText { title, description: String::new(), wish: None, needs: Vec::new(), language: None };
    Change::PostTopic { topic, at: None, anyway: None }
}

/// How long a topic that is heard of now was on its way; nothing for one that carries no time of ours.
pub(super) fn way(title: &str, now: SystemTime) -> Option<Duration> {
    let micros = title.strip_prefix(MARK)?.parse().ok()?;
    let sent = UNIX_EPOCH.checked_add(Duration::from_micros(micros))?;
    now.duration_since(sent).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_tells_how_long_it_was_on_its_way() {
        let sent = UNIX_EPOCH + Duration::from_micros(1_790_000_000_000_007);
        let Change::PostTopic { topic, .. } = stamped_topic(sent) else { panic!("a topic") };
        assert_eq!(way(&topic.title, sent + Duration::from_millis(12)), Some(Duration::from_millis(12)));
        assert_eq!(way(&topic.title, sent - Duration::from_millis(1)), None, "before it was sent");
        assert_eq!(way("Rota", sent), None);
        assert_eq!(way("Posted at 18446744073709551615", sent), None);
    }
}

//! Who may do what: one matrix of deed and role, for everything that not everybody may do.

use torg_protocol::people::Role;

/// Something that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Bring a topic; place it at once.
    PostTopic,
    /// Edit, place, unplace or withdraw a topic, and say who brings it along. Own: who brings it.
    ArrangeTopic,
    /// Ask whether another topic would go into this one, or answer. Own: who brings it. A merge needs both, so nobody
    /// answers for others.
    MergeTopic,
    /// Host a topic whose conveners are not there. Own: who sits at its table.
    HostTopic,
    /// Mark a topic, write under it.
    TakePart,
    /// Take a comment away. Own: its writer, and who brings the topic.
    RemoveComment,
    /// Add, edit and remove slots.
    ArrangeSlots,
    /// Give roles, except that of a host.
    GrantRole,
    /// Make hosts and unmake them, and show them out.
    GrantHost,
    /// See who waits, let in, turn away.
    HoldDoor,
    /// Say how the door stands, and how many may be in.
    SetDoor,
    /// Give the space another name or map.
    ArrangeSpace,
    /// Close the space for good.
    CloseSpace,
    /// Mute somebody, or ask to unmute.
    Mute,
    /// Lend somebody the word, so that they may speak over everything too.
    LendWord,
    /// Keep broadcasts out of a closed table. Own: who sits there and is a facilitator or brings the topic that runs there.
    KeepOut,
    /// Walk somebody to a place.
    Move,
    /// Show somebody out, perhaps for good.
    Remove,
    /// Call for help.
    CallForHelp,
    /// Take care of a call, or end it. Own: the caller.
    AnswerHelp,
    /// Say how far voices carry.
    SetHearing,
    /// Speak over everything.
    Broadcast,
    /// Bring the talking piece to a table, put it away, and give it to somebody. Own: who sits there and is a facilitator
    /// or brings the topic that runs there.
    MovePiece,
    /// Have everybody walked together.
    CallPlenum,
    /// Read what is recorded about everybody. Own: about oneself.
    ReadVisits,
    /// Read who has been at a topic's table. Own: who brings it.
    ReadTopicVisits,
}

/// Whether a role may do a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Always.
    Yes,
    /// With what is their own; the deed says what that is.
    Own,
    /// Never.
    No,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 26] = [
        Self::PostTopic,
        Self::ArrangeTopic,
        Self::MergeTopic,
        Self::HostTopic,
        Self::TakePart,
        Self::RemoveComment,
        Self::ArrangeSlots,
        Self::GrantRole,
        Self::GrantHost,
        Self::HoldDoor,
        Self::SetDoor,
        Self::ArrangeSpace,
        Self::CloseSpace,
        Self::Mute,
        Self::LendWord,
        Self::KeepOut,
        Self::Move,
        Self::Remove,
        Self::CallForHelp,
        Self::AnswerHelp,
        Self::SetHearing,
        Self::Broadcast,
        Self::MovePiece,
        Self::CallPlenum,
        Self::ReadVisits,
        Self::ReadTopicVisits,
    ];

    /// The roles that may always do it, in words: "host or co-host".
    #[must_use]
    pub fn who(self) -> String {
        let names: Vec<&str> =
            Role::ALL.into_iter().filter(|role| right(*role, self) == Right::Yes).map(name).collect();
        match names.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => "nobody".to_owned(),
        }
    }
}

/// The matrix.
#[must_use]
#[rustfmt::skip]
pub fn right(role: Role, deed: Deed) -> Right {
    const Y: Right = Right::Yes;
    const O: Right = Right::Own;
    const N: Right = Right::No;
    let [host, co_host, facilitator, convener, reporter, helper, participant] = match deed {
        //                        host  co-host  facilitator  convener  reporter  helper  participant
        Deed::PostTopic       => [Y,    Y,       Y,           Y,        Y,        Y,      Y],
        Deed::ArrangeTopic    => [Y,    Y,       O,           O,        O,        O,      O],
        Deed::MergeTopic      => [O,    O,       O,           O,        O,        O,      O],
        Deed::HostTopic       => [O,    O,       O,           O,        O,        O,      O],
        Deed::TakePart        => [Y,    Y,       Y,           Y,        Y,        Y,      Y],
        Deed::RemoveComment   => [Y,    Y,       O,           O,        O,        O,      O],
        Deed::ArrangeSlots    => [Y,    Y,       N,           N,        N,        N,      N],
        Deed::GrantRole       => [Y,    Y,       N,           N,        N,        N,      N],
        Deed::GrantHost       => [Y,    N,       N,           N,        N,        N,      N],
        Deed::HoldDoor        => [Y,    Y,       N,           N,        N,        Y,      N],
        Deed::SetDoor         => [Y,    Y,       N,           N,        N,        N,      N],
        Deed::ArrangeSpace    => [Y,    Y,       N,           N,        N,        N,      N],
        Deed::CloseSpace      => [Y,    N,       N,           N,        N,        N,      N],
        Deed::Mute            => [Y,    Y,       Y,           N,        N,        N,      N],
        Deed::LendWord        => [Y,    Y,       N,           N,        N,        N,      N],
        Deed::KeepOut         => [Y,    Y,       O,           O,        O,        O,      O],
        Deed::Move            => [Y,    Y,       N,           N,        N,        Y,      N],
        Deed::Remove          => [Y,    Y,       N,           N,        N,        N,      N],
        Deed::CallForHelp     => [Y,    Y,       Y,           Y,        Y,        Y,      Y],
        Deed::AnswerHelp      => [Y,    Y,       O,           O,        O,        Y,      O],
        Deed::SetHearing      => [Y,    Y,       N,           N,        N,        N,      N],
        Deed::Broadcast       => [Y,    Y,       N,           N,        N,        N,      N],
        Deed::MovePiece       => [Y,    Y,       O,           O,        O,        O,      O],
        Deed::CallPlenum      => [Y,    Y,       N,           N,        N,        N,      N],
        Deed::ReadVisits      => [Y,    Y,       O,           O,        O,        O,      O],
        Deed::ReadTopicVisits => [Y,    Y,       O,           O,        O,        O,      O],
    };
    match role {
        Role::Host => host,
        Role::CoHost => co_host,
        Role::Facilitator => facilitator,
        Role::Convener => convener,
        Role::Reporter => reporter,
        Role::Helper => helper,
        Role::Participant => participant,
    }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::CoHost => "co-host",
        role => role.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by hand from what the roles are for, role by role, so that a slip in the matrix shows.
    fn expected(role: Role, deed: Deed) -> Right {
        use Deed::*;
        let for_all = matches!(deed, PostTopic | TakePart | CallForHelp);
        let own = matches!(
            deed,
            ArrangeTopic
                | MergeTopic
                | HostTopic
                | RemoveComment
                | KeepOut
                | AnswerHelp
                | MovePiece
                | ReadVisits
                | ReadTopicVisits
        );
        let always_own = matches!(deed, MergeTopic | HostTopic);
        let more = match role {
            Role::Host => !always_own,
            Role::CoHost => !always_own && !matches!(deed, GrantHost | CloseSpace),
            Role::Facilitator => deed == Mute,
            Role::Helper => matches!(deed, HoldDoor | Move | AnswerHelp),
            Role::Convener | Role::Reporter | Role::Participant => false,
        };
        match (for_all || more, own) {
            (true, _) => Right::Yes,
            (false, true) => Right::Own,
            (false, false) => Right::No,
        }
    }

    #[test]
    fn every_role_may_what_it_is_for_and_nothing_else() {
        for role in Role::ALL {
            for deed in Deed::ALL {
                assert_eq!(right(role, deed), expected(role, deed), "{role:?} {deed:?}");
            }
        }
    }

    #[test]
    fn who_may_is_told_in_words() {
        assert_eq!(Deed::HoldDoor.who(), "host, co-host or helper");
        assert_eq!(Deed::GrantHost.who(), "host");
        assert_eq!(Deed::Broadcast.who(), "host or co-host");
        assert_eq!([Deed::MovePiece.who(), Deed::CallPlenum.who()], ["host or co-host", "host or co-host"]);
    }
}

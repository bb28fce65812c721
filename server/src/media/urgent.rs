//! Urgency: threads that forward voices go first, where the system lets them, and after them those that mix.
//!
//! A worker wakes every few milliseconds and works for less than one. When it has to wait behind something that takes
//! its time (a page being packed, somebody else's program), every voice in its hands is late. A real-time schedule
//! (sched(7), SCHED_RR at the lowest priorities) takes that wait away; the kernel bounds what such threads may take. Mixing
//! takes milliseconds, and a slice of that schedule is a hundred: forwarding stands above it, or it would wait that long.

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Takes packets in and sends them on.
    Forwarding,
    /// Mixes.
    Mixing,
}

/// Asks for this thread to go before others. Whether it may is up to the system: root and holders of CAP_SYS_NICE may.
pub(super) fn go_first(urgency: Urgency) {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::unix::{
            RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
        };
        use thread_priority::{ThreadPriority, ThreadPriorityValue};
        let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin);
        let priority: u8 = match urgency {
            Urgency::Forwarding => 2,
            Urgency::Mixing => 1,
        };
        let asked = ThreadPriorityValue::try_from(priority).map_err(|error| format!("{error:?}")).and_then(|value| {
            let value = ThreadPriority::Crossplatform(value);
            set_thread_priority_and_policy(thread_native_id(), value, policy).map_err(|error| format!("{error:?}"))
        });
        match asked {
            Ok(()) => tracing::debug!(?urgency, "this media thread goes before others"),
            Err(error) => tracing::debug!(?urgency, %error, "this media thread waits its turn like all others"),
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = urgency;
}

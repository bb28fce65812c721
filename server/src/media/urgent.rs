//! Urgency: threads that forward voices go first, where the system lets them.
//!
//! A worker wakes every few milliseconds and works for less than one. When it has to wait behind something that takes
//! its time (a page being packed, somebody else's program), every voice in its hands is late. A real-time schedule
//! (sched(7), SCHED_RR at the lowest priority) takes that wait away; the kernel bounds what such threads may take.

/// Asks for this thread to go first. Whether it may is up to the system: root and holders of CAP_SYS_NICE may.
pub(super) fn go_first() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::unix::{
            RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
        };
        use thread_priority::{ThreadPriority, ThreadPriorityValue};
        let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin);
        let asked = ThreadPriorityValue::try_from(1).map_err(|error| format!("{error:?}")).and_then(|lowest| {
            let lowest = ThreadPriority::Crossplatform(lowest);
            set_thread_priority_and_policy(thread_native_id(), lowest, policy).map_err(|error| format!("{error:?}"))
        });
        match asked {
            Ok(()) => tracing::debug!("this media thread goes before others"),
            Err(error) => tracing::debug!(%error, "this media thread waits its turn like all others"),
        }
    }
}

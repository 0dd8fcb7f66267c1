// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// One timer of a channel handler, set anew often and fired seldom.
///
/// A later deadline leaves the scheduled task as it is: it fires early, and its owner, who must expect that, sets the
/// timer again. So a busy connection schedules next to nothing.
struct DeadlineTimer {
    private var scheduled: (task: Scheduled<Void>, deadline: NIODeadline)?

    /// Sees to it that `fire` is called at the deadline, or before it.
    mutating func set(_ deadline: NIODeadline?, on eventLoop: any EventLoop, fire: @escaping () -> Void) {
        guard let deadline else { return self.cancel() }
        if let scheduled = self.scheduled {
            guard deadline < scheduled.deadline else { return }
            scheduled.task.cancel()
        }
        self.scheduled = (eventLoop.assumeIsolated().scheduleTask(deadline: deadline, fire), deadline)
    }

    /// Takes note that it fired.
    mutating func fired() {
        self.scheduled = nil
    }

    mutating func cancel() {
        self.scheduled?.task.cancel()
        self.scheduled = nil
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A number of places that are taken and given back.
final class Seats: Sendable {
    /// A place that is taken; it is given back when nobody holds it any more.
    final class Seat: Sendable {
        private let seats: Seats

        fileprivate init(_ seats: Seats) {
            self.seats = seats
        }

        deinit { seats.taken.withLock { $0 -= 1 } }
    }

    /// How many there are.
    let count: Int
    private let taken = Mutex(0)

    init(_ count: Int) {
        self.count = count
    }

    /// A place, unless all are taken.
    func take() -> Seat? {
        let isFree = taken.withLock { taken in
            guard taken < count else { return false }
            taken += 1
            return true
        }
        return isFree ? Seat(self) : nil
    }
}

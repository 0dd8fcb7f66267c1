// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// The priority in angle brackets that begins a syslog message, and systemd's and the kernel's lines: `<34>`, `<3>`.
enum SyslogPriority {
    /// The highest priority: facility 23, severity 7 (RFC 5424 §6.2.1).
    private static let maximum = 191

    /// The level of the priority at `start`.
    static func level(_ line: Span<UInt8>, at start: Int, before end: Int) -> Level? {
        guard line.byte(start, before: end) == UInt8(ascii: "<") else { return nil }
        let digitsEnd = line.digitsEnd(start + 1, before: min(end, start + 5))
        guard line.byte(digitsEnd, before: end) == UInt8(ascii: ">"),
            let priority = LevelValue.number(line, (start + 1)..<digitsEnd), priority <= maximum
        else { return nil }
        return LevelScale.syslog(priority & 7)
    }
}

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

    /// The level of the selector in a range, `daemon.err`, as BusyBox's syslogd and routers write it behind the host.
    static func selectorLevel(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Level? {
        let dot = facilityEnd(line, start, end)
        guard line.byte(dot, before: end) == UInt8(ascii: "."), line.lettersEnd(dot + 1, before: end) == end,
            let word = PackedWord(line, start, dot), isFacility(word)
        else { return nil }
        return LevelWords.find(line, dot + 1, end).flatMap { $0.places.contains(.bracketed) ? $0.level : nil }
    }

    private static func facilityEnd(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        let letters = line.lettersEnd(start, before: end)
        // `local0` to `local7`.
        return ByteKind.isDigit(line.byte(letters, before: end)) ? letters + 1 : letters
    }

    private static func isFacility(_ word: PackedWord) -> Bool {
        word.is("kern") || word.is("user") || word.is("mail") || word.is("daemon") || word.is("auth")
            || word.is("syslog") || word.is("lpr") || word.is("news") || word.is("uucp") || word.is("cron")
            || word.is("authpriv") || word.is("ftp") || word.hasPrefix("local", count: 6)
    }
}

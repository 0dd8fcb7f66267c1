// SPDX-License-Identifier: Apache-2.0

/// Linux's signals by number and name.
enum Signal {
    /// SIGTERM, the stop signal of images that name none.
    static let terminate = 15
    /// SIGKILL, which no process outlives.
    static let kill = 9
    /// The place of a signal that the engine did not name, or not as we know it.
    static let unknown = 0

    /// The names of the signals from 1 on, without `SIG`; those of x86 and ARM.
    private static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ]
    private static let firstRealTime = 34
    private static let lastRealTime = 64

    /// The number of a signal that is named as engines and images name them: `15`, `TERM`, `SIGTERM`, `SIGRTMIN+3`.
    static func number(_ text: String) -> Int? {
        if let number = Int(text) { return (1...lastRealTime).contains(number) ? number : nil }
        var name = text.uppercased()[...]
        if name.hasPrefix("SIG") { name = name.dropFirst(3) }
        if let index = names.firstIndex(of: String(name)) { return index + 1 }
        return realTimeNumber(name)
    }

    private static func realTimeNumber(_ name: Substring) -> Int? {
        guard name.hasPrefix("RTMIN") || name.hasPrefix("RTMAX") else { return nil }
        let base = name.hasPrefix("RTMIN") ? firstRealTime : lastRealTime
        let rest = name.dropFirst(5)
        guard !rest.isEmpty else { return base }
        guard let distance = Int(rest), (firstRealTime...lastRealTime).contains(base + distance) else { return nil }
        return base + distance
    }

    /// A signal as people read it: `signal 9 (SIGKILL)`.
    static func description(_ number: Int) -> String {
        guard number != unknown else { return "an unknown signal" }
        guard names.indices.contains(number - 1) else { return "signal \(number)" }
        return "signal \(number) (SIG\(names[number - 1]))"
    }
}

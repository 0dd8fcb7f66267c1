// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The processor time that a process has used, user's and system's together.
enum ProcessorTime {
    /// This process's, in nanoseconds.
    static var own: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    /// That of the programs that this process has started and that have ended, in nanoseconds.
    static var children: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        let (user, system) = (usage.ru_utime, usage.ru_stime)
        return Double(user.tv_sec + system.tv_sec) * 1e9 + Double(user.tv_usec + system.tv_usec) * 1e3
    }

    /// Another process's with all of its threads, in nanoseconds; the kernel counts it in hundredths of a second.
    static func of(_ pid: Int32) throws -> Double {
        let (user, system) = try parts(of: pid)
        return user + system
    }

    /// The same, the time in the kernel apart.
    static func parts(of pid: Int32) throws -> (user: Double, system: Double) {
        let text = try ProcFile.read("/proc/\(pid)/stat")
        // The name is in parentheses and may hold spaces; behind it, utime and stime are the 12th and 13th (proc(5)).
        guard let end = text.lastIndex(of: ")") else { throw Unmeasured("/proc/\(pid)/stat: \(text)") }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw Unmeasured("/proc/\(pid)/stat: \(text)")
        }
        let tick = 1e9 / Double(sysconf(Int32(_SC_CLK_TCK)))
        return (user * tick, system * tick)
    }
}

/// A small file of the kernel's.
enum ProcFile {
    static func read(_ path: String) throws -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Unmeasured("\(path) cannot be read") }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
        guard count > 0 else { throw Unmeasured("\(path) is empty") }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

/// Something could not be measured; the benchmark fails rather than print a figure that is none.
struct Unmeasured: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

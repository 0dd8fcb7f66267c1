// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What the kernel says of this process; what it does not say is `nil`.
struct ProcessFigures: Sendable {
    /// Bytes in memory now (`VmRSS`), at most so far (`VmHWM`), and without files behind them (`RssAnon`).
    var resident: UInt64?
    var residentMaximum: UInt64?
    var anonymous: UInt64?
    var openFiles: Int?
    /// Processor time, of all threads.
    var processorTime: Duration

    /// Asks the kernel.
    static var present: ProcessFigures {
        let status = String(decoding: contents(of: "/proc/self/status"), as: UTF8.self)
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return ProcessFigures(
            resident: bytes("VmRSS", in: status),
            residentMaximum: bytes("VmHWM", in: status),
            anonymous: bytes("RssAnon", in: status),
            openFiles: countOfOpenFiles(),
            processorTime: .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
        )
    }

    /// A line such as `VmRSS:     12345 kB`.
    static func bytes(_ name: String, in status: String) -> UInt64? {
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }) else { return nil }
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard words.count == 3, words[2] == "kB", let kilobytes = UInt64(words[1]) else { return nil }
        return kilobytes << 10
    }

    /// The kernel's answer is some 1.5 KiB.
    private static let statusBytes = 16 << 10

    private static func contents(of path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        return [UInt8](unsafeUninitializedCapacity: statusBytes) { buffer, count in
            // SAFETY: the kernel writes within the buffer and says how much; what it did not write is not counted.
            count = max(0, read(file, buffer.baseAddress, buffer.count))
        }
    }

    private static func countOfOpenFiles() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Not the two that every folder has, nor the one that is open for looking.
        return max(0, count - 3)
    }
}

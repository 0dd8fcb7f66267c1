// SPDX-License-Identifier: Apache-2.0

/// Recognises the container that the observer itself runs in, from what the kernel tells a process of itself.
public enum OwnContainer {
    /// The ids, or prefixes of ids, that the observer's own container may have.
    ///
    /// - Parameters:
    ///   - mountInfo: The text of `/proc/self/mountinfo`, in which the engine's files for `/etc/hostname` and the like
    ///     are mounted from `…/containers/<id>/…`; there with cgroup v1 and v2 alike.
    ///   - cgroup: The text of `/proc/self/cgroup`, which ends in the id with cgroup v1.
    ///   - isContainer: Whether `/.dockerenv` is there.
    ///   - hostname: The host's name, by default a container's first 12 digits.
    /// - Returns: None where the observer does not run in a container.
    public static func candidates(mountInfo: String, cgroup: String, isContainer: Bool, hostname: String) -> [String] {
        var found: [String] = []
        for line in mountInfo.split(separator: "\n") {
            // Fields 4 and 5 are the root and the mount point. The mount point tells our own from those of containers
            // beside us, which a host's mount table lists too.
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count >= 5, fields[4] == "/etc/hostname" || fields[4] == "/etc/hosts" else { continue }
            guard fields[3].contains("/containers/") else { continue }
            found += ids(in: fields[3])
        }
        for line in cgroup.split(separator: "\n") {
            found += ids(in: line)
        }
        if isContainer, hostname.count == 12, hostname.allSatisfy(\.isHexDigit) {
            found.append(hostname.lowercased())
        }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted }
    }

    /// The runs of exactly 64 hexadecimal digits in a text.
    private static func ids(in text: Substring) -> [String] {
        text.split(whereSeparator: { !$0.isHexDigit }).filter { $0.count == 64 }.map { $0.lowercased() }
    }
}

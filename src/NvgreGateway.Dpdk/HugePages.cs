using System.Globalization;

namespace NvgreGateway.Dpdk;

/// <summary>Huge pages of this machine, as the kernel counts them.</summary>
public static class HugePages
{
    private const string Root = "/sys/kernel/mm/hugepages";

    /// <summary>Bytes in free huge pages of all sizes.</summary>
    public static long FreeBytes() => FreeBytes(Root);

    internal static long FreeBytes(string root)
    {
        if (!Directory.Exists(root))
        {
            return 0;
        }

        // Folders are named hugepages-2048kB.
        return Directory.EnumerateDirectories(root, "hugepages-*kB").Sum(folder =>
        {
            var kilobytes = long.Parse(Path.GetFileName(folder)["hugepages-".Length..^2], CultureInfo.InvariantCulture);
            var free = long.Parse(File.ReadAllText(Path.Combine(folder, "free_hugepages")), CultureInfo.InvariantCulture);
            return free * kilobytes * 1024;
        });
    }
}

using System.Text.RegularExpressions;

namespace NvgreGateway.Exchange;

/// <summary>Where a gateway of a name keeps what it shares: everything derives from the name, so that several live on one machine.</summary>
public static partial class GatewayPaths
{
    /// <summary>The folder of regions in shared memory.</summary>
    /// <param name="name">The gateway's name.</param>
    /// <returns>The folder; it need not exist.</returns>
    public static string SharedMemory(string name) => "/dev/shm/nvgre-gateway/" + Checked(name);

    /// <summary>The folder of regions in hugetlbfs.</summary>
    /// <param name="name">The gateway's name.</param>
    /// <returns>The folder; it need not exist.</returns>
    public static string HugePages(string name) => "/dev/hugepages/nvgre-gateway/" + Checked(name);

    /// <summary>The folder of lock, socket and working copies.</summary>
    /// <param name="name">The gateway's name.</param>
    /// <returns>The folder; it need not exist.</returns>
    public static string Runtime(string name) => "/run/nvgre-gateway/" + Checked(name);

    /// <summary>The lock that the supervisor of a name holds.</summary>
    /// <param name="name">The gateway's name.</param>
    /// <returns>The file.</returns>
    public static string Lock(string name) => Runtime(name) + "/lock";

    /// <summary>The Unix socket on which control answers <c>show</c>.</summary>
    /// <param name="name">The gateway's name.</param>
    /// <returns>The socket.</returns>
    public static string Socket(string name) => Runtime(name) + "/control.sock";

    [GeneratedRegex("^[a-z0-9-]{1,32}$")]
    private static partial Regex NamePattern();

    private static string Checked(string name) =>
        NamePattern().IsMatch(name) ? name : throw new ArgumentException($"'{name}' is not a gateway name ([a-z0-9-]{{1,32}})", nameof(name));
}

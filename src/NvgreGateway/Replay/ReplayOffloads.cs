using NvgreGateway.Exchange;

namespace NvgreGateway.Replay;

/// <summary>The names of <c>replay --offload</c>.</summary>
public static class ReplayOffloads
{
    /// <summary>Checksums only.</summary>
    public const PortOffloads Checksums = PortOffloads.Ip4 | PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Udp4 | PortOffloads.Udp6
        | PortOffloads.Outer4 | PortOffloads.Outer6;

    /// <summary>All that a device may do for NVGRE and for plain frames.</summary>
    public const PortOffloads All = Checksums | PortOffloads.Tso4 | PortOffloads.Tso6 | PortOffloads.Uso4 | PortOffloads.Uso6 | PortOffloads.OuterIp4;

    private static readonly (string Name, PortOffloads Value)[] s_names =
    [
        ("none", PortOffloads.None), ("all", All), ("csum", Checksums), ("ip4", PortOffloads.Ip4), ("tcp4", PortOffloads.Tcp4), ("tcp6", PortOffloads.Tcp6),
        ("udp4", PortOffloads.Udp4), ("udp6", PortOffloads.Udp6), ("tso4", PortOffloads.Tso4), ("tso6", PortOffloads.Tso6), ("uso4", PortOffloads.Uso4),
        ("uso6", PortOffloads.Uso6), ("outer4", PortOffloads.Outer4), ("outer6", PortOffloads.Outer6), ("outerip4", PortOffloads.OuterIp4),
        ("flat", PortOffloads.Flat), ("tunnelip", PortOffloads.TunnelIp),
        ("ownip4", PortOffloads.OwnIp4), ("owncwr", PortOffloads.OwnCwr), ("pseudolength", PortOffloads.PseudoLength),
    ];

    /// <summary>Every name.</summary>
    public static IEnumerable<string> Known => s_names.Select(static n => n.Name);

    /// <summary>Reads a list of names with commas between.</summary>
    /// <param name="text">The list.</param>
    /// <param name="offloads">What they name.</param>
    /// <returns>The first name that is unknown, or null.</returns>
    public static string? Read(string text, out PortOffloads offloads)
    {
        offloads = PortOffloads.None;
        foreach (string name in text.Split(','))
        {
            if (!Known.Contains(name))
            {
                return name;
            }

            offloads |= s_names.First(n => n.Name == name).Value;
        }

        return null;
    }
}

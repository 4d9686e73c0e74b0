namespace NvgreGateway.Exchange;

/// <summary>What a device hashes to choose a receive queue (C-055), in words of ours.</summary>
[Flags]
public enum RssFields : uint
{
    /// <summary>Nothing: no hash.</summary>
    None = 0,

    /// <summary>IPv4 addresses.</summary>
    Ipv4 = 1,

    /// <summary>IPv6 addresses.</summary>
    Ipv6 = 2,

    /// <summary>TCP ports over IPv4.</summary>
    Tcp4 = 4,

    /// <summary>TCP ports over IPv6.</summary>
    Tcp6 = 8,

    /// <summary>UDP ports over IPv4.</summary>
    Udp4 = 16,

    /// <summary>UDP ports over IPv6.</summary>
    Udp6 = 32,

    /// <summary>MAC addresses.</summary>
    Mac = 64,

    /// <summary>Headers of NVGRE.</summary>
    Nvgre = 128,

    /// <summary>Not a field: the others are those of the innermost packet, not the outer one.</summary>
    Innermost = 256,
}

using System.Text.RegularExpressions;

namespace NvgreGateway.Dpdk;

/// <summary>
/// A device as the configuration names it: a PCI address (<c>0000:01:00.0</c>, domain 0000 if left out) or a vdev
/// (<c>net_af_packet0,iface=uplink</c>), either with arguments for the driver after a comma.
/// </summary>
public sealed partial record DeviceName
{
    private const int RingFrameHeader = 32;   // struct tpacket2_hdr
    private const int RingFrameOverhead = 84; // 66 bytes before the frame (TPACKET2_HDRLEN, alignment), Ethernet header, a tag

    private DeviceName(DeviceKind kind, string portName, string arguments)
    {
        Kind = kind;
        PortName = portName;
        Arguments = arguments;
    }

    /// <summary>How the device is reached.</summary>
    public DeviceKind Kind { get; }

    /// <summary>Name of the port once EAL knows the device: the full PCI address, or the vdev with its number.</summary>
    public string PortName { get; }

    /// <summary>Arguments for the driver, without the leading comma; empty if none.</summary>
    public string Arguments { get; }

    /// <summary>The device as DPDK takes it: name and arguments.</summary>
    public string DevArgs => Arguments.Length == 0 ? PortName : $"{PortName},{Arguments}";

    /// <summary>Arguments for EAL: the option and its value.</summary>
    public IReadOnlyList<string> EalArguments => Kind == DeviceKind.Pci ? ["-a", DevArgs] : ["--vdev", DevArgs];

    /// <summary>Driver of a vdev, such as <c>net_af_packet</c>; null for PCI, where the hardware decides.</summary>
    public string? Driver => Kind == DeviceKind.Virtual ? PortName.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') : null;

    /// <summary>Debian package that holds the driver of a vdev, such as <c>librte-net-af-packet23</c>; null for PCI.</summary>
    /// <param name="abi">ABI number of the DPDK release: 23 for 22.11.</param>
    public string? DriverPackage(int abi)
    {
        if (Driver is not { } driver)
        {
            return null;
        }

        var name = "librte-" + driver.Replace("eth_", "net_", StringComparison.Ordinal) switch
        {
            "net_virtio_user" => "net-virtio",
            "net_bonding" => "net-bond",
            var other => other.Replace('_', '-'),
        };
        // Debian sets the number off where the name ends in a digit.
        return char.IsDigit(name[^1]) ? $"{name}-{abi}" : $"{name}{abi}";
    }

    private bool IsAfPacket => Driver is "net_af_packet" or "eth_af_packet";

    private int RingFrameSize => int.TryParse(Argument("framesz"), out var size) ? size : 2048;

    /// <summary>Value of one driver argument, such as <c>iface</c>; null if it is not given.</summary>
    public string? Argument(string key) => Arguments.Split(',')
        .Where(part => part.StartsWith(key + "=", StringComparison.Ordinal))
        .Select(part => part[(key.Length + 1)..])
        .FirstOrDefault();

    /// <summary>
    /// The Unix socket that the driver makes for its other end to connect to; null where it makes none, or the other end does, or the
    /// name is an abstract one, which ends with its process.
    /// </summary>
    internal string? OwnSocket => Driver switch
    {
        "net_vhost" or "eth_vhost" when Argument("client") is null or "0" => Argument("iface"),
        "net_virtio_user" when Argument("server") is "1" => Argument("path"),
        "net_memif" when Argument("role") is "server" or "master" && Argument("socket-abstract") is "no" => Argument("socket"),
        _ => null,
    };

    /// <summary>
    /// Smallest <see cref="MbufPool.DataRoom"/> that the driver takes, bytes, as far as the name decides it: net_af_packet wants a whole
    /// frame of its ring to fit. 0 if the name does not decide.
    /// </summary>
    public int MinDataRoom => IsAfPacket ? RingFrameSize - RingFrameHeader + Mbuf.DefaultHeadroom : 0;

    /// <summary>
    /// Largest MTU, bytes, that passes unharmed as far as the name decides it: beyond it the ring of net_af_packet would cut
    /// received frames short without a word.
    /// </summary>
    internal int MaxMtu => IsAfPacket ? RingFrameSize - RingFrameOverhead : int.MaxValue;

    /// <summary>Reads a device name.</summary>
    /// <exception cref="FormatException">The text is neither form; the message says what is allowed.</exception>
    public static DeviceName Parse(string text) => TryParse(text, out var device, out var error) ? device! : throw new FormatException(error);

    /// <summary>Reads a device name.</summary>
    /// <param name="text">What the configuration says.</param>
    /// <param name="device">The device, if the result is true.</param>
    /// <param name="error">What is wrong and what is allowed, if the result is false.</param>
    public static bool TryParse(string? text, out DeviceName? device, out string? error)
    {
        device = null;
        error = null;
        var comma = (text ??= "").IndexOf(',');
        var name = comma < 0 ? text : text[..comma];
        var arguments = comma < 0 ? "" : text[(comma + 1)..];
        if (PciAddress().Match(name) is { Success: true } pci)
        {
            var domain = pci.Groups["domain"].Success ? pci.Groups["domain"].Value : "0000";
            device = new DeviceName(DeviceKind.Pci, $"{domain}:{pci.Groups["rest"].Value}".ToLowerInvariant(), arguments);
        }
        else if (VirtualDevice().IsMatch(name) && text.Length < 4096 && !text.Any(char.IsControl))
        {
            device = new DeviceName(DeviceKind.Virtual, name, arguments);
        }
        else
        {
            error = $"'{text}' is no device: allowed are a PCI address such as 0000:01:00.0 and a DPDK vdev such as net_af_packet0,iface=eth1 " +
                    "(net_ or eth_, driver, number, arguments after commas)";
        }

        return device != null;
    }

    /// <inheritdoc />
    public override string ToString() => DevArgs;

    [GeneratedRegex(@"^(?:(?<domain>[0-9a-fA-F]{4}):)?(?<rest>[0-9a-fA-F]{2}:[01][0-9a-fA-F]\.[0-7])$", RegexOptions.CultureInvariant)]
    private static partial Regex PciAddress();

    [GeneratedRegex("^(?:net|eth)_[a-z][a-z0-9_-]{0,55}$", RegexOptions.CultureInvariant)]
    private static partial Regex VirtualDevice();
}

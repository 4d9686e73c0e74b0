using System.Net;
using System.Net.Sockets;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Neighbors;

/// <summary>The gateway's own addresses and MACs: what it answers for, and what it asks from.</summary>
internal sealed class OwnAddresses
{
    private readonly Dictionary<HostKey, OwnAddress> _byKey = [];
    private readonly List<OwnAddress>[] _byPort;
    private readonly MacAddress[] _macs;

    /// <param name="ports">The ports of the configuration.</param>
    /// <param name="macs">Their MACs by index.</param>
    public OwnAddresses(IReadOnlyList<PortConfiguration> ports, IReadOnlyList<MacAddress> macs)
    {
        _macs = [.. macs];
        _byPort = new List<OwnAddress>[ports.Count];
        for (int i = 0; i < ports.Count; i++)
        {
            var list = _byPort[i] = [];
            foreach (InterfaceAddress address in ports[i].Addresses)
            {
                list.Add(new OwnAddress(i, address.Address, address.PrefixLength, IsPa: true));
            }

            // An IPv6 router is also reached by its link-local address: next hops may themselves be link-local.
            bool speaksIpv6 = ports[i].Addresses.Any(static a => a.Address.AddressFamily == AddressFamily.InterNetworkV6)
                || ports[i].Routes.Any(static r => r.Via.AddressFamily == AddressFamily.InterNetworkV6);
            if (ports[i].Role == PortRole.Underlay && speaksIpv6)
            {
                byte[] bytes = new byte[16];
                OwnAddress.LinkLocal(macs[i]).CopyTo(bytes);
                list.Add(new OwnAddress(i, new IPAddress(bytes), 64, IsPa: false));
            }

            foreach (OwnAddress own in list)
            {
                _byKey.TryAdd(HostKey.Of(i, own.Address), own);
            }
        }
    }

    /// <summary>The MAC of a port.</summary>
    public MacAddress MacOf(int port) => _macs[port];

    /// <summary>The addresses of a port: PAs in their order, then the link-local one.</summary>
    public IReadOnlyList<OwnAddress> Of(int port) => _byPort[port];

    /// <summary>Whether an address is the gateway's on that very port (E-063).</summary>
    public bool IsOwn(HostKey key) => _byKey.ContainsKey(key);

    /// <summary>Whether an address is a local PA, of whatever port.</summary>
    public bool IsPa(System.Net.IPAddress address) => Array.Exists(_byPort, list => list.Exists(own => own.IsPa && own.Address.Equals(address)));

    /// <summary>
    /// The address to ask from: the PA on the subnet of the next hop (E-063); for a next hop on none, the first of its family.
    /// </summary>
    /// <returns>Its key, or null when the port has no address of that family.</returns>
    public HostKey? SourceFor(HostKey target)
    {
        Span<byte> bytes = stackalloc byte[target.Family == 4 ? 4 : 16];
        if (target.Family == 4)
        {
            target.Ipv4.CopyTo(bytes);
        }
        else
        {
            target.Ipv6.CopyTo(bytes);
        }

        var address = new IPAddress(bytes);
        OwnAddress? first = null;
        foreach (OwnAddress own in _byPort[target.Port])
        {
            if (own.Address.AddressFamily != address.AddressFamily)
            {
                continue;
            }

            if (own.IsOnLink(address))
            {
                return HostKey.Of(own.Port, own.Address);
            }

            first ??= own;
        }

        return first is null ? null : HostKey.Of(first.Port, first.Address);
    }
}

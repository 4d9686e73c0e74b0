using System.Net;
using System.Net.Sockets;
using NvgreGateway.Packets;
using static NvgreGateway.Control.Configuration.ErrorText;

namespace NvgreGateway.Control.Configuration;

/// <summary>What ties ports together: names, devices, addresses, routes and neighbours. What it finds out others go by.</summary>
/// <param name="configuration">What was read.</param>
/// <param name="context">Takes the errors.</param>
internal sealed class PortValidator(GatewayConfiguration configuration, ReadContext context)
{
    private readonly List<ConfigurationWarning> _warnings = [];
    private readonly Dictionary<IPAddress, JsonPath> _local = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<IPAddress> _broadcasts = [];
    private readonly HashSet<IPAddress> _networks = [];
    private readonly Dictionary<MacAddress, string> _macs = [];

    /// <summary>The local PAs, and where they stand.</summary>
    public IReadOnlyDictionary<IPAddress, JsonPath> Local => _local;

    /// <summary>Index of each port.</summary>
    public IReadOnlyDictionary<string, int> ByName => _byName;

    /// <summary>The gateway's own MACs, as far as they are configured, and their ports.</summary>
    public IReadOnlyDictionary<MacAddress, string> Macs => _macs;

    private static JsonPath PortsPath => JsonPath.Root["ports"];

    /// <summary>Reports every error.</summary>
    /// <returns>The warnings.</returns>
    public IReadOnlyList<ConfigurationWarning> Run()
    {
        CheckPortIdentities();
        CheckLocalAddresses();
        CheckRoutesAndNeighbors();
        return _warnings;
    }

    /// <summary>Whether an address is the broadcast or network address of a local prefix.</summary>
    public bool IsSubnets(IPAddress address) => _broadcasts.Contains(address) || _networks.Contains(address);

    /// <summary>The local PAs in words.</summary>
    public string LocalText()
    {
        const int Shown = 8;
        string all = string.Join(", ", _local.Keys.Take(Shown)) + (_local.Count > Shown ? ", ..." : string.Empty);
        return _local.Count == 0 ? "one of the addresses of the underlay ports, of which there are none" : $"one of the addresses of the underlay ports: {all}";
    }

    private void CheckPortIdentities()
    {
        Dictionary<string, JsonPath> devices = new(StringComparer.Ordinal);
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            PortConfiguration port = configuration.Ports[i];
            JsonPath path = PortsPath[i];
            if (context.Known(path["name"]) && !_byName.TryAdd(port.Name, i))
            {
                context.Reject(path["name"], Quote(port.Name), $"is the name of another port, {PortsPath[_byName[port.Name]]["name"]}", "a name that no other port has");
            }

            if (context.Known(path["device"]) && !devices.TryAdd(DeviceIdentity(port.Device), path["device"]))
            {
                context.Reject(path["device"], Quote(port.Device), $"is the device of another port, {devices[DeviceIdentity(port.Device)]}", "a device (for a vdev: its name before the first comma) that no other port has");
            }

            if (port.Mac is { } mac && context.Known(path["mac"]))
            {
                _macs.TryAdd(mac, port.Name);
            }

            if (context.Known(path["queues"]) && context.Complete(JsonPath.Root["workers"]["cores"]) && port.Queues > configuration.Workers.Cores.Count)
            {
                // A queue belongs to the worker of its number: nobody would empty the others, and frames would vanish there.
                context.Reject(path["queues"], Number(port.Queues), "is more than there are workers", $"1 to {Number(configuration.Workers.Cores.Count)}");
            }

            if (port.Mode == PortMode.Access && port.NativeVlan is null && context.Known(path["mode"]) && context.Known(path["nativeVlan"]))
            {
                context.Reject(path["nativeVlan"], "missing", "is required by mode \"access\"", "1 to 4094");
            }
        }
    }

    /// <summary>What DPDK tells devices apart by: the PCI address with its domain, or the vdev's name.</summary>
    private static string DeviceIdentity(string device)
    {
        int comma = device.IndexOf(',', StringComparison.Ordinal);
        string name = comma < 0 ? device : device[..comma];
        bool isPci = name.Contains(':', StringComparison.Ordinal);
        return !isPci ? name : (name.Count(static c => c == ':') == 1 ? "0000:" + name : name).ToUpperInvariant();
    }

    private void CheckLocalAddresses()
    {
        Dictionary<IPNetwork, int> portOfPrefix = [];
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            ValueList<InterfaceAddress> addresses = configuration.Ports[i].Addresses;
            for (int k = 0; k < addresses.Count; k++)
            {
                JsonPath place = PortsPath[i]["addresses"][k];
                if (!context.Known(place))
                {
                    continue;
                }

                InterfaceAddress address = addresses[k];
                if (!_local.TryAdd(address.Address, place))
                {
                    context.Reject(place, Quote(address), $"is a local PA already, {_local[address.Address]}", "each address once");
                }

                if (!portOfPrefix.TryAdd(address.Network, i) && portOfPrefix[address.Network] is var first && first != i)
                {
                    _warnings.Add(new ConfigurationWarning("prefix_on_two_ports", place.ToString(), address.Network.ToString(), $"the prefix is on-link on port \"{configuration.Ports[first].Name}\" too, which alone sends to it"));
                }

                if (address.Broadcast is { } broadcast)
                {
                    _broadcasts.Add(broadcast);
                    _networks.Add(address.Network.BaseAddress);
                }
            }
        }
    }

    private void CheckRoutesAndNeighbors()
    {
        Dictionary<(int Port, IPNetwork Prefix, IPAddress Via), JsonPath> known = [];
        Dictionary<IPNetwork, int> hops = [];
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            PortConfiguration port = configuration.Ports[i];
            bool addressesKnown = context.Complete(PortsPath[i]["addresses"]) && context.Known(PortsPath[i]["role"]);
            for (int k = 0; k < port.Routes.Count; k++)
            {
                RouteConfiguration route = port.Routes[k];
                JsonPath path = PortsPath[i]["routes"][k];
                bool prefixKnown = context.Known(path["prefix"]);
                if (!context.Known(path["via"]))
                {
                    continue;
                }

                if (prefixKnown && !known.TryAdd((i, route.Prefix, route.Via), path))
                {
                    context.Reject(path["via"], Quote(route.Via), $"is a next hop of that prefix already, {known[(i, route.Prefix, route.Via)]}", "each next hop of a prefix once");
                    continue;
                }

                int count = prefixKnown ? hops[route.Prefix] = hops.GetValueOrDefault(route.Prefix) + 1 : 0;
                if (count == Exchange.PathSet.Most + 1)
                {
                    context.Reject(path["prefix"], Quote(route.Prefix), $"has {Number(count)} next hops", $"up to {Number(Exchange.PathSet.Most)}, over all ports");
                }

                if (prefixKnown && route.Prefix.BaseAddress.AddressFamily != route.Via.AddressFamily)
                {
                    context.Reject(path["via"], Quote(route.Via), "is not of the family of the prefix", $"an {Family(route.Prefix.BaseAddress.AddressFamily)} address");
                }
                else if (addressesKnown)
                {
                    CheckOnLink(port, route.Via, path["via"]);
                }
            }

            Dictionary<IPAddress, JsonPath> seen = [];
            for (int k = 0; k < port.Neighbors.Count; k++)
            {
                JsonPath path = PortsPath[i]["neighbors"][k]["address"];
                if (!context.Known(path))
                {
                    continue;
                }

                IPAddress address = port.Neighbors[k].Address;
                if (!seen.TryAdd(address, path))
                {
                    context.Reject(path, Quote(address), $"is a neighbour already, {seen[address]}", "each neighbour of a port once");
                }
                else if (addressesKnown)
                {
                    CheckOnLink(port, address, path);
                }
            }
        }
    }

    private void CheckOnLink(PortConfiguration port, IPAddress address, JsonPath path)
    {
        string allowed = port.Addresses.Count == 0
            ? "an address inside a prefix of the port's addresses, of which there are none"
            : $"an address inside {string.Join(", ", port.Addresses.Select(static a => a.Network))}";
        if (_local.ContainsKey(address))
        {
            context.Reject(path, Quote(address), "is a local PA", allowed + ", not our own");
        }
        else if (IsSubnets(address))
        {
            context.Reject(path, Quote(address), "is the broadcast or network address of a local prefix", allowed);
        }
        else if (!port.Addresses.Any(a => a.IsOnLink(address) || (address.IsIPv6LinkLocal && a.Address.AddressFamily == AddressFamily.InterNetworkV6)))
        {
            context.Reject(path, Quote(address), "is not on-link on this port", allowed);
        }
    }
}

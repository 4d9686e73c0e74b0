using System.Globalization;
using System.Text.Json.Nodes;
using NvgreGateway.Control.Configuration;

namespace NvgreGateway.Control.Offload;

/// <summary>Translates the advanced properties of Windows NICs into settings of ports (C-077; table C.6a).</summary>
public static class NicPropertyImport
{
    private const int EthernetBytes = 14, LeastMtu = 68, MostMtu = 9216;
    private static readonly Dictionary<string, (string Key, OffloadNames Name)> s_offloads = new(StringComparer.OrdinalIgnoreCase)
    {
        ["*EncapsulatedPacketTaskOffload"] = ("offload.encap.enabled", OffloadNames.EncapEnabled),
        ["*EncapsulatedPacketTaskOffloadNvgre"] = ("offload.encap.nvgre", OffloadNames.EncapNvgre),
        ["*LsoV2IPv4"] = ("offload.tso.inner4", OffloadNames.TsoInner4),
        ["*LsoV2IPv6"] = ("offload.tso.inner6", OffloadNames.TsoInner6),
        ["*UsoIPv4"] = ("offload.uso.inner4", OffloadNames.UsoInner4),
        ["*UsoIPv6"] = ("offload.uso.inner6", OffloadNames.UsoInner6),
        ["*IPChecksumOffloadIPv4"] = ("offload.csum.ip4", OffloadNames.CsumIp4),
        ["*TCPChecksumOffloadIPv4"] = ("offload.csum.tcp4", OffloadNames.CsumTcp4),
        ["*TCPChecksumOffloadIPv6"] = ("offload.csum.tcp6", OffloadNames.CsumTcp6),
        ["*UDPChecksumOffloadIPv4"] = ("offload.csum.udp4", OffloadNames.CsumUdp4),
        ["*UDPChecksumOffloadIPv6"] = ("offload.csum.udp6", OffloadNames.CsumUdp6),
    };

    // Keywords with a key of C.6a that no setting stands behind, and those without a key.
    private static readonly Dictionary<string, (string? Key, string Why)> s_ignored = new(StringComparer.OrdinalIgnoreCase)
    {
        ["*EncapsulatedPacketTaskOffloadVxlan"] = (null, "this gateway speaks NVGRE only"),
        ["*VxlanUDPPortNumber"] = (null, "this gateway speaks NVGRE only"),
        ["*MaxRssProcessors"] = ("port.rx.max_cores", "workers.cores says which cores are used"),
        ["*VMQ"] = ("port.rx.vsid_queues", "queues are given to VSIDs or MACs by name: see vsidQueues"),
        ["*VMQVlanFiltering"] = ("port.rx.vlan_filter", "there is no setting for it: VLANs are those of the attachments"),
        ["*EncapOverhead"] = ("port.encap_headroom", "there is no setting for it: give the underlay port an mtu that holds it"),
        ["*SpeedDuplex"] = ("port.speed", "there is no setting for it: the device decides"),
        ["*FlowControl"] = ("port.pause", "there is no setting for it: pause frames are always off"),
        ["*PriorityVLANTag"] = ("port.pcp", "there is no setting for it: priorities always pass, see trust"),
    };

    /// <summary>Translates properties.</summary>
    /// <param name="properties">Of one adapter or several.</param>
    /// <returns>One port for each adapter, in the order of the properties.</returns>
    public static IReadOnlyList<ImportedPort> Translate(IReadOnlyList<NicProperty> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        return [.. properties.GroupBy(static p => p.Adapter).Select(static g => Port(g.Key, [.. g]))];
    }

    private static ImportedPort Port(string adapter, IReadOnlyList<NicProperty> properties)
    {
        var keys = new List<(string, string)>();
        var notices = new List<string>();
        JsonObject settings = [], offload = [];
        int others = 0;
        int? queues = null;
        bool spread = true;
        foreach (NicProperty property in properties)
        {
            string said = $"{property.Keyword} = {property.Value}";
            bool isNumber = int.TryParse(property.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
            if (s_offloads.TryGetValue(property.Keyword, out (string Key, OffloadNames Name) known))
            {
                IReadOnlyList<string> states = OffloadConfiguration.StatesOf(known.Name);
                string? state = !isNumber ? null : states.Count > 2 ? Direction(number) : number switch { 0 => "off", 1 => "on", _ => null };
                Take(known.Key, state is not null, states.Count > 2 ? "0 to 3" : "0 or 1");
                if (state is not null)
                {
                    offload[known.Key["offload.".Length..]] = state;
                }
            }
            else if (s_ignored.TryGetValue(property.Keyword, out (string? Key, string Why) ignored))
            {
                if (ignored.Key is not null)
                {
                    keys.Add((ignored.Key, property.Value));
                }

                notices.Add($"{said}: ignored: {ignored.Why}");
            }
            else if (Is("*JumboPacket"))
            {
                bool fits = isNumber && number - EthernetBytes is >= LeastMtu and <= MostMtu;
                if (fits)
                {
                    keys.Add(("port.mtu", (number - EthernetBytes).ToString(CultureInfo.InvariantCulture)));
                    settings["mtu"] = number - EthernetBytes;
                }
                else
                {
                    Take("port.mtu", false, $"{LeastMtu + EthernetBytes} to {MostMtu + EthernetBytes}");
                }
            }
            else if (Is("*RSS"))
            {
                spread = number != 0;
                Take("port.rx.rss", isNumber && number is 0 or 1, "0 or 1");
            }
            else if (Is("*NumRssQueues"))
            {
                bool fits = isNumber && number is >= 1 and <= ConfigurationLimits.Workers;
                queues = fits ? number : queues;
                Take("port.rx.queues", fits, $"1 to {ConfigurationLimits.Workers}");
            }
            else if (property.Keyword.EndsWith("...", StringComparison.Ordinal) || property.Keyword.EndsWith('\u2026'))
            {
                notices.Add($"{said}: ignored: the screen was too narrow for the keyword; pipe the dump through Format-List");
            }
            else
            {
                others++;
            }

            bool Is(string keyword) => string.Equals(property.Keyword, keyword, StringComparison.OrdinalIgnoreCase);

            void Take(string key, bool taken, string allowed)
            {
                if (taken)
                {
                    keys.Add((key, property.Value));
                }
                else
                {
                    notices.Add($"{said}: ignored: not a value of it; allowed: {allowed}");
                }
            }
        }

        if (!spread || queues is not null)
        {
            settings["queues"] = spread ? queues : 1;
        }

        if (offload.Count > 0)
        {
            settings["offload"] = offload;
        }

        if (others > 0)
        {
            notices.Add($"{others} other keywords: ignored: the gateway has no key for them");
        }

        return new ImportedPort(adapter, keys, settings, notices);
    }

    // The values of NDIS: 0 off, 1 transmit, 2 receive, 3 both.
    private static string? Direction(int value) => value switch { 0 => "off", 1 => "tx", 2 => "rx", 3 => "on", _ => null };
}

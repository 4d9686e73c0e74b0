using NvgreGateway.Dpdk;

namespace NvgreGateway.Tests.Flow;

/// <summary>
/// A device that takes flow rules as DPDK's programmer's guide and <c>rte_flow.h</c> say: items in the order of the layers, one fate, RSS up
/// to a level, NVGRE_DECAP only under a valid tunnel, NVGRE_ENCAP only with its headers in order, a table of some size. It matches the
/// bytes of frames, by the masks alone.
/// </summary>
internal sealed unsafe class FakeNic(NicProfile profile, ushort device = 0) : IFlowApi
{
    internal const int Invalid = -22, Exists = -17, NoSpace = -28, NoCall = -38, NotSupported = -95, NoEntry = -2;
    private const uint ErrorUnspecified = 1, ErrorMask = 12, ErrorItem = 13, ErrorAction = 16;
    private readonly Lock _lock = new();
    private readonly List<NicRule> _rules = [];
    private nint _next = 1;

    internal Action<FlowRule>? Creating { get; set; }

    internal Action<FlowRule>? Destroying { get; set; }

    internal bool CountsFail { get; set; }

    internal int Validated { get; private set; }

    internal IReadOnlyList<NicRule> Rules
    {
        get
        {
            lock (_lock)
            {
                return [.. _rules];
            }
        }
    }

    public int Validate(FlowRule* rule, FlowError* error)
    {
        Validated++;
        *error = default;
        if (profile.KnowsNoRules)
        {
            return Refuse(error, NoCall, ErrorUnspecified, "");
        }

        int status = CheckPattern(rule, error);
        return status != 0 ? status : CheckActions(rule, error);
    }

    public int Create(FlowRule* rule, nint* handle, FlowError* error)
    {
        int status = Validate(rule, error);
        *handle = 0;
        if (status != 0)
        {
            return status;
        }

        FlowRule copy = *rule;
        lock (_lock)
        {
            return Create(copy, handle, error);
        }
    }

    private int Create(FlowRule copy, nint* handle, FlowError* error)
    {
        if (_rules.Exists(r => r.Rule.Priority == copy.Priority && r.Rule.Direction == copy.Direction && SamePattern(r.Rule, copy)))
        {
            return Refuse(error, Exists, ErrorUnspecified, "a rule of that pattern is there");
        }

        if (_rules.Count == profile.TableSize)
        {
            return Refuse(error, NoSpace, ErrorUnspecified, "the rule table is full");
        }

        Creating?.Invoke(copy);
        *handle = _next;
        _rules.Add(new NicRule(_next++, copy));
        return 0;
    }

    public int Destroy(FlowDirection direction, nint handle, FlowError* error)
    {
        *error = default;
        lock (_lock)
        {
            if (_rules.Find(r => r.Handle == handle && r.Rule.Direction == direction) is not { } rule)
            {
                return Refuse(error, NoEntry, ErrorUnspecified, "no such rule");
            }

            Destroying?.Invoke(rule.Rule);
            _rules.Remove(rule);
            return 0;
        }
    }

    public int Query(FlowDirection direction, nint handle, ulong* packets, ulong* bytes, FlowError* error)
    {
        *error = default;
        (*packets, *bytes) = (0, 0);
        if (CountsFail || Rules.FirstOrDefault(r => r.Handle == handle && r.Rule.Direction == direction) is not { } rule || !Has(rule.Rule, FlowActionType.Count))
        {
            return Refuse(error, NotSupported, ErrorAction, "no counter");
        }

        (*packets, *bytes) = (rule.Packets, rule.Bytes);
        return 0;
    }

    public int Flush(FlowError* error)
    {
        *error = default;
        _rules.Clear();
        return 0;
    }

    /// <summary>A frame arrives: what the rules make of it. Without one it is software's.</summary>
    internal NicOutcome Receive(byte[] frame)
    {
        NicRule? rule = Rules.Where(r => NicParser.Matches(r.Rule, frame, device)).MinBy(static r => r.Rule.Priority);
        if (rule is null)
        {
            return new NicOutcome(false, -1, -1, frame);
        }

        rule.Packets++;
        rule.Bytes += (ulong)frame.Length;
        return NicParser.Perform(rule.Rule, frame);
    }

    internal static bool Has(FlowRule rule, FlowActionType type)
    {
        for (int i = 0; i < rule.ActionCount; i++)
        {
            if (rule.Actions[i].Type == type)
            {
                return true;
            }
        }

        return false;
    }

    private static bool SamePattern(FlowRule a, FlowRule b)
    {
        if (a.ItemCount != b.ItemCount)
        {
            return false;
        }

        return new ReadOnlySpan<byte>(&a.Items, (int)a.ItemCount * sizeof(FlowItem)).SequenceEqual(new ReadOnlySpan<byte>(&b.Items, (int)a.ItemCount * sizeof(FlowItem)));
    }

    private static bool Follows(FlowItemType before, FlowItemType item) => before switch
    {
        FlowItemType.End or FlowItemType.Nvgre => item == FlowItemType.Ethernet,
        FlowItemType.Ethernet or FlowItemType.Vlan => item is FlowItemType.Vlan or FlowItemType.IPv4 or FlowItemType.IPv6,
        FlowItemType.IPv4 or FlowItemType.IPv6 => item is FlowItemType.Nvgre or FlowItemType.Tcp or FlowItemType.Udp,
        _ => false,
    };

    private static bool IsNvgre(in FlowItem item, bool masks) =>
        item.Size == 8 && item.Spec[0] == 0x20 && item.Spec[1] == 0 && item.Spec[2] == 0x65 && item.Spec[3] == 0x58
        && (!masks || (item.Mask[0] == 0xff && item.Mask[1] == 0xff && item.Mask[2] == 0xff && item.Mask[3] == 0xff));

    private static int Refuse(FlowError* error, int status, uint type, string message)
    {
        error->Type = type;
        Span<byte> to = new(error->Message, FlowError.MessageBytes);
        to.Clear();
        System.Text.Encoding.UTF8.GetBytes(message, to);
        return status;
    }

    private int CheckPattern(FlowRule* rule, FlowError* error)
    {
        if (uint.PopCount((uint)rule->Direction) != 1)
        {
            return Refuse(error, Invalid, 8, "ingress, egress or transfer");
        }

        if (rule->Direction == FlowDirection.Transfer && !profile.Transfers)
        {
            return Refuse(error, NotSupported, 7, "no transfer rules");
        }

        FlowItemType before = FlowItemType.End;
        for (int i = 0; i < rule->ItemCount; i++)
        {
            ref FlowItem item = ref rule->Items[i];
            if (!profile.Items.Contains(item.Type))
            {
                return Refuse(error, NotSupported, ErrorItem, $"item {item.Type} is not supported");
            }

            if (item.Size != 0 && item.Size != FlowField.SizeOf(item.Type))
            {
                return Refuse(error, Invalid, ErrorItem, "a spec of another size");
            }

            if (item.Type == FlowItemType.RepresentedPort)
            {
                if (rule->Direction != FlowDirection.Transfer)
                {
                    return Refuse(error, Invalid, ErrorItem, "only transfer rules name ports");
                }

                continue; // meta-data may stand anywhere
            }

            if (item.Type is FlowItemType.IPv4 or FlowItemType.IPv6 && (item.Mask[0] & 0xF0) != 0)
            {
                // A driver may refuse bits that it cannot compare; the version is what the item's type says (mlx5).
                return Refuse(error, Invalid, ErrorMask, "mask enables non supported bits");
            }

            if (!Follows(before, item.Type))
            {
                return Refuse(error, Invalid, ErrorItem, $"item {item.Type} cannot follow {before}");
            }

            before = item.Type;
        }

        return before == FlowItemType.End ? Refuse(error, Invalid, ErrorItem, "an empty pattern") : 0;
    }

    private int CheckActions(FlowRule* rule, FlowError* error)
    {
        int fates = 0;
        bool transfers = rule->Direction == FlowDirection.Transfer, tagged = HasItem(rule, FlowItemType.Vlan);
        for (int i = 0; i < rule->ActionCount; i++)
        {
            FlowAction action = rule->Actions[i];
            if (!profile.Actions.Contains(action.Type))
            {
                return Refuse(error, NotSupported, ErrorAction, $"action {action.Type} is not supported");
            }

            string? wrong = action.Type switch
            {
                FlowActionType.Queue or FlowActionType.Rss when transfers => "a transfer rule leads to a port",
                FlowActionType.RepresentedPort when !transfers => "only transfer rules lead to ports",
                FlowActionType.PopVlan or FlowActionType.SetVlanVid or FlowActionType.SetVlanPcp when !tagged => "no tag is known to be there",
                FlowActionType.Queue when action.Value >= profile.Queues => "no such queue",
                FlowActionType.Rss when rule->RssLevel > profile.RssLevel => "no RSS of that level",
                FlowActionType.Rss when rule->QueueCount == 0 || rule->RssTypes == 0 => "RSS of nothing",
                FlowActionType.NvgreDecap when !DefinesTunnel(rule) => "the pattern does not define a valid NVGRE tunnel",
                FlowActionType.NvgreEncap when !DefinitionInOrder(rule) => "the definition is not ETH / [VLAN] / IPV4 or IPV6 / NVGRE",
                FlowActionType.RawEncap or FlowActionType.RawDecap when rule->HeaderLength < 42 => "a header cut short",
                _ => null,
            };
            if (wrong is not null)
            {
                return Refuse(error, Invalid, ErrorAction, wrong);
            }

            tagged = action.Type == FlowActionType.PushVlan || (tagged && action.Type is not (FlowActionType.PopVlan or FlowActionType.NvgreDecap or FlowActionType.RawDecap));
            fates += action.Type is FlowActionType.Queue or FlowActionType.Rss or FlowActionType.PortId or FlowActionType.RepresentedPort ? 1 : 0;
        }

        return fates == 1 ? 0 : Refuse(error, Invalid, ErrorAction, "not one fate");
    }

    private static bool HasItem(FlowRule* rule, FlowItemType type)
    {
        for (int i = 0; i < rule->ItemCount; i++)
        {
            if (rule->Items[i].Type == type)
            {
                return true;
            }
        }

        return false;
    }

    private static bool DefinesTunnel(FlowRule* rule)
    {
        for (int i = 1; i < rule->ItemCount; i++)
        {
            if (rule->Items[i].Type == FlowItemType.Nvgre)
            {
                return IsNvgre(rule->Items[i], masks: true);
            }
        }

        return false;
    }

    private static bool DefinitionInOrder(FlowRule* rule)
    {
        FlowItemType before = FlowItemType.End;
        for (int i = 0; i < rule->TunnelItemCount; i++)
        {
            FlowItem item = rule->TunnelItems[i];
            if (item.Size == 0 || !Follows(before, item.Type) || (before == FlowItemType.Vlan && item.Type == FlowItemType.Vlan))
            {
                return false;
            }

            before = item.Type;
        }

        return before == FlowItemType.Nvgre && IsNvgre(rule->TunnelItems[(int)rule->TunnelItemCount - 1], masks: true);
    }
}

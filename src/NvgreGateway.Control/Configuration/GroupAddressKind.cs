using System.Net;
using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Configuration;

/// <summary>An IPv4 or IPv6 multicast address.</summary>
internal sealed class GroupAddressKind(string what, string example) : TextKind<IPAddress>
{
    public override string Allowed => $"{what}: a multicast address such as {example}";

    public override bool TryParse(string text, out IPAddress value, out string? problem)
    {
        if (!AddressText.TryParse(text, out value))
        {
            problem = "is not an IP address";
            return false;
        }

        problem = AddressMath.IsGroup(value) ? null : "is not a multicast address";
        return problem is null;
    }

    public override string Format(IPAddress value) => value.ToString();

    public override IPAddress Placeholder(ReadContext context) => IPAddress.Any;

    public override JsonObject Schema() => new() { ["type"] = "string", ["anyOf"] = new JsonArray(new JsonObject { ["format"] = "ipv4" }, new JsonObject { ["format"] = "ipv6" }) };
}

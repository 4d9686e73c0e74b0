using System.Globalization;

namespace NvgreGateway.Control.Configuration;

/// <summary>What ties <c>ports[].exceptionPort</c> to the port that it names.</summary>
/// <param name="configuration">What was read.</param>
/// <param name="context">Takes the errors.</param>
internal sealed class ExceptionPortValidator(GatewayConfiguration configuration, ReadContext context)
{
    private const string Allowed = "an access port of its own, without attachments";

    /// <summary>Reports every error.</summary>
    public void Run()
    {
        Dictionary<string, JsonPath> takenBy = new(StringComparer.Ordinal);
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            JsonPath path = JsonPath.Root["ports"][i]["exceptionPort"];
            if (configuration.Ports[i].ExceptionPort is { } name && context.Known(path))
            {
                Check(i, name, path, takenBy);
            }
        }
    }

    private void Check(int own, string name, JsonPath path, Dictionary<string, JsonPath> takenBy)
    {
        PortConfiguration port = configuration.Ports[own];
        string value = $"\"{name}\"";
        int other = configuration.PortNamed(name);
        if (other < 0)
        {
            if (Enumerable.Range(0, configuration.Ports.Count).All(i => context.Known(JsonPath.Root["ports"][i]["name"])))
            {
                context.Reject(path, value, "is no port" + Similar.Suggest(name, configuration.Ports.Select(static p => p.Name)), Allowed);
            }
        }
        else if (other == own)
        {
            context.Reject(path, value, "is this port itself", Allowed);
        }
        else if (configuration.Ports[other].Role != PortRole.Access)
        {
            if (context.Known(JsonPath.Root["ports"][other]["role"]))
            {
                context.Reject(path, value, "is an underlay port", Allowed);
            }
        }
        else if (!takenBy.TryAdd(name, path))
        {
            context.Reject(path, value, $"is the exception port of another port, {takenBy[name]}", Allowed);
        }
        else if (AttachmentOn(name) is { } attachment)
        {
            context.Reject(path, value, $"has an attachment, {attachment}", Allowed);
        }
        else if (configuration.Ports[other].Mtu < port.Mtu && context.Known(JsonPath.Root["ports"][other]["mtu"]) && context.Known(JsonPath.Root["ports"][own]["mtu"]))
        {
            context.Reject(
                path, value, string.Create(CultureInfo.InvariantCulture, $"has mtu {configuration.Ports[other].Mtu}"),
                string.Create(CultureInfo.InvariantCulture, $"a port with mtu {port.Mtu}, which this one has, or more"));
        }
    }

    private JsonPath? AttachmentOn(string port)
    {
        for (int i = 0; i < configuration.Segments.Count; i++)
        {
            for (int k = 0; k < configuration.Segments[i].Attachments.Count; k++)
            {
                if (configuration.Segments[i].Attachments[k].Port == port)
                {
                    return JsonPath.Root["segments"][i]["attachments"][k];
                }
            }
        }

        return null;
    }
}

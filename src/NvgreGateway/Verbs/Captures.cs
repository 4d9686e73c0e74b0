using NvgreGateway.Control.Configuration;
using NvgreGateway.Replay;

namespace NvgreGateway.Verbs;

/// <summary>Opens the captures that <c>--in PORT=FILE</c> names.</summary>
internal static class Captures
{
    /// <summary>Opens them.</summary>
    /// <param name="verb">The verb, for messages.</param>
    /// <param name="texts">What was given.</param>
    /// <param name="configuration">Names the ports.</param>
    /// <param name="captures">Takes what was opened, for the caller to dispose, also after an error.</param>
    /// <returns>The inputs, or null after a message to standard error.</returns>
    /// <exception cref="CaptureFormatException">A file is no capture.</exception>
    internal static List<ReplayInput>? Open(string verb, IEnumerable<string> texts, GatewayConfiguration configuration, List<CaptureFile> captures)
    {
        var inputs = new List<ReplayInput>();
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=');
            if (equals < 1)
            {
                Console.Error.WriteLine($"{verb}: --in {text}: it is PORT=FILE");
                return null;
            }

            string port = text[..equals];
            if (configuration.PortNamed(port) < 0)
            {
                Console.Error.WriteLine($"{verb}: --in {text}: no port '{port}' (ports: {string.Join(", ", configuration.Ports.Select(p => p.Name))})");
                return null;
            }

            CaptureFile capture = CaptureFile.Open(text[(equals + 1)..]);
            captures.Add(capture);
            if (capture.Warning is not null)
            {
                Console.Error.WriteLine($"{verb}: {capture.Warning}");
            }

            inputs.Add(new ReplayInput(port, capture.Packets));
        }

        return inputs;
    }
}

using System.Reflection;
using CommandLine;
using CommandLine.Text;
using NvgreGateway.Data;
using NvgreGateway.Verbs;

namespace NvgreGateway;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        using var parser = new Parser(settings =>
        {
            settings.HelpWriter = null;
            settings.AllowMultiInstance = true;
        });
        ParserResult<object> result = parser.ParseArguments<RunOptions, ValidateOptions, ShowOptions, FlushOptions, SetOptions, ImportOptions, AnnounceOptions, ReplayVerbOptions, TraceOptions, DataplaneOptions, ControlVerbOptions>(arguments);
        if (result.Value is PlainOptions plain && plain.Rest.Any())
        {
            Tables.Complain($"nvgre-gateway {arguments[0]}: '{string.Join(' ', plain.Rest)}' is too much; '--help' tells what it takes");
            return ExitCode.Usage;
        }

        try
        {
            return result.MapResult(
                (RunOptions o) => RunVerb.Run(o),
                (ValidateOptions o) => ValidateVerb.Run(o),
                (ShowOptions o) => ShowVerb.Run(o),
                (FlushOptions o) => FlushVerb.Run(o),
                (SetOptions o) => SetVerb.Run(o),
                (ImportOptions o) => ImportVerb.Run(o),
                (AnnounceOptions o) => AnnounceVerb.Run(o),
                (ReplayVerbOptions o) => ReplayVerb.Run(o),
                (TraceOptions o) => TraceVerb.Run(o),
                (DataplaneOptions o) => DataplaneHost.Run(o.Name),
                (ControlVerbOptions o) => ControlVerb.Run(o),
                errors => Help(result, errors));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Tables.Complain($"nvgre-gateway: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private static int Help(ParserResult<object> result, IEnumerable<Error> errors)
    {
        Error[] all = [.. errors];
        if (all.IsVersion())
        {
            Console.Out.WriteLine(Version);
            return ExitCode.Done;
        }

        bool asked = all.IsHelp();
        HelpText help = HelpText.AutoBuild(
            result,
            text =>
            {
                text.Heading = Version;
                text.Copyright = "A packet gateway between VLAN and NVGRE (RFC 7637).";
                text.AdditionalNewLineAfterOption = false;
                text.AddNewLineBetweenHelpSections = true;
                text.MaximumDisplayWidth = Console.IsOutputRedirected ? 110 : Math.Clamp(Console.WindowWidth, 60, 110);
                if (all.Any(e => e.Tag is ErrorType.NoVerbSelectedError or ErrorType.BadVerbSelectedError or ErrorType.HelpVerbRequestedError && result.TypeInfo.Current == typeof(NullInstance)))
                {
                    text.AddPostOptionsLine("'nvgre-gateway VERB --help' tells the options of a verb.");
                    text.AddPostOptionsLine("Exit codes: 0 done, 1 failed at run time, 2 bad usage or configuration.");
                }

                return HelpText.DefaultParsingErrorsHandler(result, text);
            },
            example => example,
            verbsIndex: all.Any(e => e.Tag is ErrorType.NoVerbSelectedError or ErrorType.BadVerbSelectedError || (e is HelpVerbRequestedError h && !h.Matched)));
        (asked ? Console.Out : Console.Error).WriteLine(help);
        return asked ? ExitCode.Done : ExitCode.Usage;
    }

    private static string Version =>
        "nvgre-gateway " + (typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?");
}
